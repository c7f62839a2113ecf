/** `source remove`: forgets a source; its archives stay. */
import { unregisterSource } from "../../config/mod.ts";
import { command } from "../command.ts";
import { recomputeServed } from "../recompute.ts";

export default command({
  operands: [{ name: "NAME", help: "a source of `source list`", required: true }],
  options: {},
  example: "source remove partner",
  async run(context, args) {
    const { out } = context;
    const name = args._[0]!;
    const file = context.file();
    const { wasDefault } = unregisterSource(file, name);
    await recomputeServed(context, file);
    if (out.json) return void out.document({ name, removed: true, was_default: wasDefault });
    out.data(`Removed source ${name}`);
    if (wasDefault) {
      out.log.info("It was the default; choose another: moonbit-registry source default NAME");
    }
  },
});
