/** `unyank`: takes a yank back. */

import { changeYank } from "../change-yank.ts";
import { command } from "../command.ts";
import { WRITE_OPTION } from "../remote/remote.ts";

export default command({
  operands: [{ name: "MODULE@VERSION", help: "one that is yanked", required: true }],
  options: { ...WRITE_OPTION },
  example: "unyank alice/json@0.1.0",
  async run(context, { _: operands, registry }) {
    await changeYank(context, { operand: operands[0]!, registry }, undefined);
    return undefined;
  },
});
