/** `unyank`: takes a yank back. */
import { command } from "../command.ts";
import { REGISTRY_OPTION } from "../remote.ts";
import { changeYank } from "../yank.ts";

export default command({
  operands: [{ name: "MODULE@VERSION", help: "one that is yanked", required: true }],
  options: { ...REGISTRY_OPTION },
  example: "unyank alice/json@0.1.0",
  async run(context, { _: operands, registry }) {
    await changeYank(context, { operand: operands[0]!, registry }, undefined);
    return undefined;
  },
});
