/** `get`: brings a module and what it needs into a directory. */
import { relative } from "node:path";
import { Failure } from "../../errors.ts";
import { command } from "../command.ts";
import { interruptible } from "../interrupt.ts";
import { plural } from "../render/units.ts";
import { openShelfFor, parseWanted, READ_NOTE, READ_OPTION } from "../shelf.ts";

export default command({
  operands: [
    { name: "MODULE[@RANGE]", help: "such as moonbitlang/x@^0.4.0; default: latest" },
    { name: "DIR", help: "where to; default: this directory" },
  ],
  options: {
    locked: { type: "boolean", description: "just what DIR/moonbit-registry.lock says" },
    ...READ_OPTION,
  },
  notes: [
    "Each module gets a folder, OWNER/NAME@VERSION; the lock says what was chosen.",
    "With --locked the same come again, whatever was published or yanked since.",
    READ_NOTE,
  ],
  example: "get moonbitlang/x@^0.4.0 vendor",
  async run(context, args) {
    const { out } = context;
    const [wanted, dir = "."] = args._;
    if (wanted === undefined && !args.locked) {
      throw new Failure("usage", "no module was named", "such as `get moonbitlang/x`");
    }
    const { module, range } =
      wanted === undefined ? { module: undefined, range: undefined } : parseWanted(wanted);
    const shelf = await openShelfFor(context, args.registry);
    const { getModules } = await import("../../registry/mod.ts");
    const hint = "what is in its place stays; run the same again";
    const summary = await interruptible(hint, (signal) =>
      getModules(shelf, {
        dir,
        module,
        range,
        locked: args.locked === true,
        signal,
        report: (got) => {
          if (out.json) return;
          const path = relative(process.cwd(), got.path) || ".";
          out.data(`${got.module}@${got.version}  ${path}${got.existed ? " (was there)" : ""}`);
        },
      }),
    );
    if (out.json) out.document(summary);
    else out.log.info(`${plural(summary.modules.length, "module")} from ${shelf.where}`);
    return undefined;
  },
});
