/** `source remove`: forgets a source; its archives stay until `gc`. */
import { unregisterSource } from "../../config/mod.ts";
import { command } from "../command.ts";
import { recomputeServed } from "../recompute.ts";
import { plural } from "../render/units.ts";

export default command({
  operands: [{ name: "NAME", help: "a source of `source list`", required: true }],
  options: {},
  example: "source remove partner",
  async run(context, args) {
    const { out } = context;
    const name = args._[0]!;
    const file = context.file();
    const { wasDefault } = unregisterSource(file, name);
    const unlisted = await recomputeServed(context, file);
    if (unlisted === undefined) {
      out.log.warn(
        "once it has taken effect, `gc` removes stored versions that are listed no more",
      );
    }
    const told = {
      name,
      removed: true,
      was_default: wasDefault,
      unlisted_versions: unlisted ?? null,
    };
    if (out.json) return void out.document(told);
    out.data(`Removed source ${name}`);
    if (unlisted !== undefined && unlisted > 0) {
      const what = `${plural(unlisted, "stored version")} listed no longer`;
      out.log.warn(`${what}: \`gc\` would remove what nothing else lists`);
      out.log.info("To keep them, add the source again, `sync` and `export`, then remove it.");
    }
    if (wasDefault) {
      out.log.info("It was the default; choose another: moonbit-registry source default NAME");
    }
  },
});
