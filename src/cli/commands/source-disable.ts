/** `source disable`: keeps a source, but does not use it. */
import { switchSource } from "../../config/mod.ts";
import { command } from "../command.ts";
import { recomputeServed } from "../recompute.ts";

export default command({
  operands: [{ name: "NAME", help: "a source of `source list`", required: true }],
  options: {},
  example: "source disable mooncakes",
  async run(context, args) {
    const name = args._[0]!;
    const file = context.file();
    switchSource(file, name, false);
    await recomputeServed(context, file);
    if (context.out.json) context.out.document({ name, enabled: false });
    else context.out.data(`Source ${name} is disabled`);
    return undefined;
  },
});
