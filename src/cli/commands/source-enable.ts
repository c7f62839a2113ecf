/** `source enable`: uses a source again. */
import { switchSource } from "../../config/mod.ts";
import { command } from "../command.ts";
import { recomputeServed } from "../recompute.ts";

export default command({
  operands: [{ name: "NAME", help: "a source of `source list`", required: true }],
  options: {},
  example: "source enable mooncakes",
  async run(context, args) {
    const name = args._[0]!;
    const file = context.file();
    switchSource(file, name, true);
    await recomputeServed(context, file);
    if (context.out.json) context.out.document({ name, enabled: true });
    else context.out.data(`Source ${name} is enabled`);
    return undefined;
  },
});
