/** `init`: makes a registry. */
import { relative } from "node:path";
import { isText } from "../../config/mod.ts";
import { Failure } from "../../errors.ts";
import { command } from "../command.ts";

export default command({
  operands: [{ name: "DIR", help: "where; made if it is not there; default: here" }],
  options: {
    name: {
      type: "string",
      valueHint: "NAME",
      description: "shown to people; default: DIR's name",
    },
  },
  example: "init reg --name team",
  async run({ out, dir: option }, args) {
    const problem = args.name === undefined ? undefined : isText(args.name);
    if (problem !== undefined) throw new Failure("usage", `--name ${problem}`);
    const { initRegistry } = await import("../../registry/mod.ts");
    const dir = args._[0] ?? option ?? ".";
    const made = await initRegistry(dir, args.name === undefined ? {} : { name: args.name });
    if (out.json) return void out.document(made);
    const near = relative(process.cwd(), made.dir);
    out.data(`Made a registry in ${made.dir}`);
    if (near !== "") out.log.info(`Next:  cd ${near}`);
    out.log.info(
      `${near === "" ? "Next:" : "     "}  moonbit-registry source add mooncakes --from-preset mooncakes`,
    );
    out.log.info('       moonbit-registry mirror "moonbitlang/*"');
    out.log.info("       moonbit-registry serve");
  },
});
