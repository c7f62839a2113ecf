/** Looks through the index: what its views and branches name, and whether every Git object of it is sound. */
import type { Sha256 } from "../../archives/mod.ts";
import { createBreath, stepped } from "../../breath.ts";
import { Failure, messageOf } from "../../errors.ts";
import { checkPacks, checkReachable, cutCommits, listRefs } from "../../git/mod.ts";
import type { Entry } from "../../index/mod.ts";
import { VIEWS } from "../bundles/apply.ts";
import type { ProblemKind } from "../events.ts";
import type { Registry } from "../open.ts";
import { ALL_VIEW, PUBLISHED, STORED_VIEW } from "../paths.ts";
import { archivesOf, referencedArchives } from "../views/references.ts";

/** Told of what is wrong; of an archive with its hash, when that would have to be had again. */
export type Complain = (
  kind: ProblemKind,
  subject: string,
  message: string,
  archive?: Sha256,
) => void;

export interface Indexes {
  /** Archives that the stored view lists. */
  readonly listed: ReadonlyMap<Sha256, Entry>;
  /** Archives of what was published and is listed: nobody else has them, whatever is stored. */
  readonly published: ReadonlyMap<Sha256, Entry>;
  /** Archives that any ref's index names. */
  readonly all: ReadonlyMap<Sha256, Entry>;
  readonly readable: boolean;
}

/** A damaged index is a problem to tell of, and no reason to leave the archives unchecked. */
export async function readIndexes(registry: Registry, complain: Complain): Promise<Indexes> {
  let readable = true;
  // What to do about a ref depends on which it is: `checkGit` tells.
  const tips = listRefs(registry.paths.index, "refs/", () => {
    readable = false;
  });
  const at = async (ref: string) => {
    const tip = tips.get(ref);
    return await archivesOf(registry, tip === undefined ? [] : [tip]);
  };
  try {
    const shown = await at(ALL_VIEW);
    // What is blocked is shown to nobody, and does not travel.
    const published = new Map([...(await at(PUBLISHED))].filter(([sha256]) => shown.has(sha256)));
    const all = await referencedArchives(registry, tips);
    return { listed: await at(STORED_VIEW), published, all, readable };
  } catch (error) {
    complain("git", "index", told(error));
    return { listed: new Map(), published: new Map(), all: new Map(), readable: false };
  }
}

/** @returns how many objects there are */
export async function checkGit(
  { objects, paths }: Registry,
  complain: Complain,
  signal: AbortSignal | undefined,
): Promise<number> {
  const breathe = createBreath(signal);
  let count = 0;
  const tips = listRefs(paths.index, "refs/", (name, { message }) =>
    complain("git", name, `${message}; ${wayOut(name)}`),
  );
  const tell = ({ subject, message }: { subject: string; message: string }) =>
    complain("git", subject, message);
  for (count of checkReachable(objects, tips, tell)) await breathe();
  await stepped(checkPacks(paths.index, tell), breathe);
  for (const ref of VIEWS) {
    const tip = tips.get(ref);
    for (const oid of tip === undefined ? [] : cutCommits(paths.index, objects, [tip])) {
      complain("git", oid, `the history of ${ref} is cut at commit ${oid}: nobody can clone it`);
    }
  }
  return count;
}

/** What is wrong, and what to do about it. */
export const told = (error: unknown): string =>
  error instanceof Failure && error.hint ? `${error.message}; ${error.hint}` : messageOf(error);

/** What to do about a ref that cannot be read: some are made anew, others are nowhere else. */
function wayOut(ref: string): string {
  if (VIEWS.includes(ref)) return "run `verify --repair`: it is made anew";
  if (ref.startsWith("refs/remotes/")) {
    return "run `verify --repair`: it is fetched again where its source is enabled; one that came with a bundle comes again with `import --anyway`";
  }
  return "run `verify --repair`, or restore the data directory from a backup; never delete it";
}
