/** `verify`: proves every archive and the index, and repairs. */
import { Failure } from "../../errors.ts";
import type { VerifySummary } from "../../registry/mod.ts";
import { command } from "../command.ts";
import { DONE, FAILED } from "../exit.ts";
import { runOperation } from "../operation.ts";
import { verifyLine } from "../render/upkeep.ts";

export default command({
  options: {
    repair: { type: "boolean", description: "fetch what is damaged or missing again" },
    from: {
      type: "string",
      valueHint: "BUNDLE",
      description: "with --repair: look into this bundle before asking a source",
    },
  },
  notes: [
    "Hashes every archive, reads every Git object, compares the index with the store.",
    "Exit code 1 when something is wrong and was not repaired. Bytes that were",
    "replaced, and damaged packs, are kept in data/quarantine.",
  ],
  example: "verify --repair",
  async run(context, args) {
    const { out } = context;
    const options = {
      ...(args.repair && { repair: true }),
      ...(args.from !== undefined && { from: args.from }),
    };
    if (args.from !== undefined && !args.repair) {
      throw new Failure("usage", "--from is for --repair", "write verify --repair --from BUNDLE");
    }
    const { openRegistry, verify } = await import("../../registry/mod.ts");
    const registry = openRegistry(context.file());
    const isLeft = ({ problems }: VerifySummary) => problems.some(({ repaired }) => !repaired);
    const summary = await runOperation(
      out,
      "nothing was changed by checking",
      (signal, report) => verify(registry, { ...options, signal }, report),
      (done) => {
        out.data(verifyLine(done));
        if (isLeft(done) && !args.repair) {
          out.log.info(
            "`verify --repair` mends what can be mended, and fetches the archives again.",
          );
        }
        if (done.unreferenced > 0) out.log.info("`gc` removes archives that no index names.");
      },
    );
    return isLeft(summary) ? FAILED : DONE;
  },
});
