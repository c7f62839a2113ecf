/** `publish`: builds a module's archive and publishes it, here or to a server. */
import { Failure } from "../../errors.ts";
import { command } from "../command.ts";
import type { Context } from "../context.ts";
import { publishRemotely } from "../remote/publish.ts";
import { WRITE_OPTION } from "../remote/remote.ts";
import { type PublicationReport, problemLine, publicationLines } from "../render/publication.ts";
import { findTarget, isMissing, type Target } from "../target.ts";

export default command({
  operands: [{ name: "DIR", help: "the module; default: the working directory" }],
  options: {
    ...WRITE_OPTION,
    "dry-run": { type: "boolean", description: "list what would be published, and check it" },
  },
  notes: [
    "Without a server it goes into the registry of --dir or the working directory.",
    "A published version never changes and is there for ever; `yank` keeps a bad",
    "one from new users.",
  ],
  example: "publish my-module --dry-run",
  async run(context, args) {
    const { out } = context;
    const dryRun = args["dry-run"] === true;
    const target = targetOf(context, args.registry, dryRun);
    const report = await publish(context, target, args._[0] ?? ".", dryRun).catch(
      (error: unknown) => {
        throw out.json ? error : allTold(context, error);
      },
    );
    for (const warning of report.warnings) out.log.warn(problemLine(warning));
    if (out.json) out.document(report);
    else for (const line of publicationLines(report, dryRun)) out.data(line);
    return undefined;
  },
});

/** A dry run needs no registry: it then checks what can be checked without. */
function targetOf(context: Context, registry: string | undefined, dryRun: boolean) {
  try {
    return findTarget(context, registry);
  } catch (error) {
    if (!dryRun || !isMissing(error)) throw error;
    context.out.log.warn("there is no registry here: name and dependencies are not checked");
    return undefined;
  }
}

async function publish(
  { out }: Context,
  target: Target | undefined,
  dir: string,
  dryRun: boolean,
): Promise<PublicationReport> {
  if (target?.kind !== "local") return await publishRemotely(target?.remote, dir, dryRun);
  const { openRegistry, publishLocally } = await import("../../registry/mod.ts");
  const registry = openRegistry(target.file);
  const warn = (message: string) => out.log.warn(message);
  const publication = await publishLocally(registry, dir, { dryRun, warn });
  return { ...publication, registry: registry.config.registry.name };
}

/** Says each problem on a line of its own; what is left to say is how many there are. */
function allTold({ out }: Context, error: unknown): unknown {
  if (!(error instanceof Failure)) return error;
  const problems = error.details?.problems;
  if (!Array.isArray(problems) || problems.length < 2) return error;
  for (const problem of problems) out.log.error(problemLine(problem));
  const hint = "mend them, and publish again";
  return new Failure(error.code, `${problems.length} problems: nothing was published`, hint);
}
