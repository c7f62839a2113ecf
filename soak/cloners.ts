/** The real git, as `moon update` drives it: clones and pulls of an index that changes under it. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../src/errors.ts";
import { git, hasGit, SHALLOW } from "../tests/support/git.ts";
import { filesBelow } from "../tests/support/registry-state.ts";
import { parseEntries, type SampleEntry } from "../tests/support/upstream/mod.ts";
import type { Actor } from "./actor.ts";
import type { Publication } from "./ledger.ts";
import { Violation } from "./server.ts";
import { keyOf, type Trial } from "./trial.ts";

/** None where there is no git. */
export function clonerActors(trial: Trial): Actor[] {
  if (!hasGit) return [];
  const kept = trial.fresh("kept-clone");
  return [
    {
      name: "cloner",
      pauseMs: 1_500,
      step: (random) => cloneOnce(trial, random.chance(0.7) ? SHALLOW : []),
    },
    { name: "puller", pauseMs: 1_000, step: () => pull(trial, kept) },
  ];
}

async function cloneOnce(trial: Trial, flags: readonly string[]): Promise<void> {
  const to = trial.fresh("clone");
  try {
    if (await clone(trial, to, flags)) trial.count("clones");
  } finally {
    rmSync(to, { recursive: true, force: true });
  }
}

/** Clones, and looks at what came. */
async function clone(trial: Trial, to: string, flags: readonly string[]): Promise<boolean> {
  const before = [...trial.ledger.publications];
  const isDone = await trial.server.use(async (url) => {
    await git(["clone", "-q", ...flags, `${url}/git/index`, to]);
    return true;
  });
  if (!isDone) {
    trial.count("cut off");
    return false;
  }
  note(trial, await checkClone(trial, to, before));
  return true;
}

/** In front: one that goes on behind the pull takes objects away from under the check. */
const GC = ["-c", "gc.auto=500", "-c", "gc.autoDetach=false"];

async function pull(trial: Trial, kept: string): Promise<void> {
  if (!existsSync(kept)) {
    if (!(await clone(trial, kept, SHALLOW))) rmSync(kept, { recursive: true, force: true });
    return;
  }
  const before = [...trial.ledger.publications];
  const isDone = await trial.server.use(async (url) => {
    await git([...GC, "-C", kept, "pull", "-q", "--ff-only", `${url}/git/index`, "main"]);
    return true;
  });
  if (!isDone) return trial.count("cut off");
  note(trial, await checkClone(trial, kept, before));
  trial.count("pulls");
}

/**
 * Every line in a clone is one that was published, with its hash, and nothing is missing that was
 * acknowledged before it was asked for.
 */
export async function checkClone(
  trial: Pick<Trial, "upstream" | "ledger">,
  dir: string,
  before: readonly Publication[],
): Promise<readonly SampleEntry[]> {
  await checkObjects(dir);
  const entries = readClone(dir);
  const found = new Map(entries.map((entry) => [keyOf(entry), entry.checksum]));
  for (const { module, version, checksum } of entries) {
    const isUpstreams = trial.upstream.checksum(module, version) === checksum;
    if (!isUpstreams && !trial.ledger.wasAttempted(module, version, checksum)) {
      throw new Violation(
        `${module}@${version} is listed with ${checksum}, which nobody published`,
      );
    }
  }
  const missing = before.filter((each) => found.get(keyOf(each)) !== each.checksum);
  if (missing.length > 0) {
    const names = missing.slice(0, 5).map(keyOf).join(", ");
    throw new Violation(`acknowledged, but not in a clone: ${missing.length}, such as ${names}`);
  }
  return entries;
}

/** Archives that readers may ask for: what was published here they know themselves. */
function note(trial: Trial, entries: readonly SampleEntry[]): void {
  trial.listed = entries.filter(({ module, version }) => trial.upstream.checksum(module, version));
}

/** @throws {Violation} when a repository is not sound */
export async function checkObjects(dir: string): Promise<void> {
  try {
    await git(["-C", dir, "fsck", "--strict", "--no-dangling"]);
  } catch (error) {
    throw new Violation(`${dir} is not sound: ${messageOf(error)}`, { cause: error });
  }
}

/** Every line of a cloned index. */
function readClone(dir: string): SampleEntry[] {
  return filesBelow(join(dir, "user")).flatMap((file) => parseEntries(readFileSync(file, "utf8")));
}
