/** `yank`: keeps a published version from whoever does not ask for exactly it. */

import { changeYank } from "../change-yank.ts";
import { command } from "../command.ts";
import { WRITE_OPTION } from "../remote/remote.ts";

export default command({
  operands: [{ name: "MODULE@VERSION", help: "one that was published here", required: true }],
  options: {
    ...WRITE_OPTION,
    reason: { type: "string", valueHint: "TEXT", description: "why; shown to whoever asks" },
  },
  notes: [
    "Its archive stays: who asks for exactly this version still gets it.",
    "`moon` knows no yank: only `policy.block` keeps a version from it.",
  ],
  example: 'yank alice/json@0.1.0 --reason "loses data"',
  async run(context, args) {
    const { _: operands, registry, reason = "" } = args;
    await changeYank(context, { operand: operands[0]!, registry }, reason);
    return undefined;
  },
});
