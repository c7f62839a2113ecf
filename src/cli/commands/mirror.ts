/** `mirror`: downloads modules and what they depend on. */
import { Failure } from "../../errors.ts";
import type { MirrorOptions, MirrorSummary } from "../../registry/mod.ts";
import { command } from "../command.ts";
import type { Context } from "../context.ts";
import { DONE, DONE_IN_PART, exitCodeOfMirror } from "../exit.ts";
import { moment, wholeNumber } from "../numbers.ts";
import { runOperation } from "../operation.ts";
import type { Output } from "../output.ts";
import { keptText } from "../render/status.ts";
import { planLines, summaryLines } from "../render/summary.ts";
import { WAIT_OPTION, waiting } from "../wait.ts";

const MANY = Number.MAX_SAFE_INTEGER;

export default command({
  operands: [
    { name: "PATTERN", help: "glob over owner/name, quoted; default: mirror.packages", many: true },
  ],
  options: {
    source: {
      type: "string",
      alias: "s",
      valueHint: "NAME",
      description: "take from this source; default: the default one",
    },
    full: { type: "boolean", description: "everything the source has" },
    assets: { type: "boolean", description: "prebuilt programs (wasm) of the modules too" },
    strict: { type: "boolean", description: "only what matches, without dependencies" },
    latest: { type: "string", valueHint: "N", description: "the latest N versions of each module" },
    since: {
      type: "string",
      valueHint: "DATE",
      description: "versions published since, such as 2026-01-31",
    },
    "dry-run": { type: "boolean", description: "list what would be downloaded" },
    offline: { type: "boolean", description: "with --dry-run: ask no source what is new" },
    jobs: {
      type: "string",
      alias: "j",
      valueHint: "N",
      description: "downloads at a time; default: mirror.concurrency",
    },
    ...WAIT_OPTION,
    save: { type: "boolean", description: "add the patterns to mirror.packages" },
    forget: { type: "boolean", description: "sync no longer what was mirrored by the patterns" },
  },
  notes: [
    "Latest are the newest releases, then pre-releases; yanked versions come last.",
    "What is here already is not downloaded again: run it again after a failure.",
    "--dry-run --offline names what is missing by the index that is here; exit code",
    "3 says that a pattern matches nothing in it.",
  ],
  example: 'mirror "moonbitlang/*" --latest 3',
  async run(context, args) {
    const { out } = context;
    const patterns = args._;
    if (args.full && patterns.length > 0) {
      throw new Failure("usage", "--full takes everything; leave the patterns out");
    }
    if (args.save && args["dry-run"]) {
      throw new Failure("usage", "--dry-run and --save exclude each other");
    }
    if (args.offline && !args["dry-run"]) {
      throw new Failure("usage", "--offline downloads nothing, so it is for --dry-run only");
    }
    if (args.forget) return await forgetPatterns(context, args);
    if (args.save) refuseUnsaid(args);
    const options: MirrorOptions = {
      patterns,
      ...(args.source !== undefined && { source: args.source }),
      ...(args.full && { full: true }),
      ...(args.assets && { assets: true }),
      ...(args.strict && { strict: true }),
      ...(args.latest !== undefined && { latest: wholeNumber(args.latest, "--latest", 1, MANY) }),
      ...(args.since !== undefined && { since: moment(args.since, "--since") }),
      ...(args["dry-run"] && { dryRun: true }),
      ...(args.save && { save: true }),
      ...(args.offline && { offline: true }),
      ...(args.jobs !== undefined && { concurrency: wholeNumber(args.jobs, "-j", 1, 256) }),
    };
    const { mirror, openRegistry } = await import("../../registry/mod.ts");
    const registry = openRegistry(context.file());
    const summary = await waiting(out, args.wait, () =>
      runOperation(
        out,
        "what has arrived is kept; the same command goes on from there",
        (signal, report) => mirror(registry, { ...options, signal }, report),
        (done) => tell(out, done),
      ),
    );
    // Who asks what is missing would take silence for "nothing".
    const isUnknown = options.offline === true && summary.unmatched.length > 0;
    return isUnknown ? DONE_IN_PART : exitCodeOfMirror(summary);
  },
});

function tell(out: Output, summary: MirrorSummary): void {
  if (summary.dryRun) {
    const { data, totals } = planLines(summary);
    for (const line of data) out.data(line);
    out.log.info(totals);
    return;
  }
  for (const line of summaryLines(summary)) out.data(line);
  if (summary.failed > 0) out.log.info("Run the same again to fetch what failed.");
}

/** Options that `mirror.packages` has no place for: saved without them, a pattern would be another wish. */
const UNSAID = ["source", "strict", "latest", "since", "assets"];

function refuseUnsaid(args: { readonly [option: string]: unknown }): void {
  const option = UNSAID.find((name) => args[name]);
  if (option === undefined) return;
  const hint = "leave --save out: `sync` remembers what was mirrored, with its options, anyway";
  throw new Failure("usage", `--save keeps patterns alone, without --${option}`, hint);
}

interface ForgetArgs {
  readonly _: readonly string[];
  readonly source?: string | undefined;
  readonly full?: boolean | undefined;
  readonly [option: string]: unknown;
}

/** Options of a mirror that mean nothing when something is forgotten. */
const FOR_DOWNLOADS = [
  "assets",
  "strict",
  "latest",
  "since",
  "dry-run",
  "offline",
  "jobs",
  "wait",
  "save",
];

async function forgetPatterns(context: Context, args: ForgetArgs): Promise<number> {
  const { out } = context;
  const other = FOR_DOWNLOADS.find((name) => args[name]);
  if (other !== undefined) {
    throw new Failure("usage", `--forget and --${other} exclude each other`);
  }
  const { forget, openRegistry } = await import("../../registry/mod.ts");
  const { _: patterns, full, source } = args;
  const forgotten = await forget(openRegistry(context.file()), {
    patterns,
    ...(full && { full }),
    ...(source !== undefined && { source }),
  });
  if (out.json) out.record({ type: "done", forgotten });
  else for (const each of forgotten) out.data(`Forgot ${keptText(each)}`);
  return DONE;
}
