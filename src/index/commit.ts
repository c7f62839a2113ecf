/** Moves a branch of the index on to a new tree, by one commit that its inputs alone decide. */
import {
  encodeCommit,
  type ObjectBatch,
  type ObjectReader,
  type Oid,
  oidOf,
  readRef,
  writeRef,
} from "../git/mod.ts";
import { AUTHOR } from "../version.ts";

/** Names of modules listed in a commit's message; more than this says nothing to a reader. */
const MAX_NAMED = 20;

export interface Change {
  readonly parent: Oid | undefined;
  readonly tree: Oid;
  /** Another history that this one goes on from too. */
  readonly join?: Oid | undefined;
  /** Seconds since the epoch: of the newest input. */
  readonly time: number;
  /** Modules whose file differs from the parent's. */
  readonly modules: readonly string[];
  /** Said in the message of what nobody else has: by that its commits are found when the ref is lost. */
  readonly branch?: string;
  /**
   * Commits that this must not come out as. An index of one source, made by this program too, would
   * be that source's very commit, of which the history is not here.
   */
  readonly notThese?: ReadonlySet<Oid>;
}

/**
 * Adds a commit to a batch, unless the tree is the parent's own. The same inputs give the same commit
 * on every host: nothing of the clock or the machine is in it.
 *
 * @returns the commit, or undefined when nothing changed
 */
export function commitChange(
  batch: ObjectBatch,
  objects: ObjectReader,
  change: Change,
): Oid | undefined {
  const parent = change.parent === undefined ? undefined : objects.commit(change.parent);
  if (parent?.tree === change.tree && change.join === undefined) return undefined;
  const commit = {
    tree: change.tree,
    parents: [change.parent, change.join].filter((oid) => oid !== undefined),
    // Never older than its parent: clients and servers walk history by time.
    time: Math.max(change.time, parent?.time ?? 0),
    message: messageFor(change.modules) + (change.branch ? branchLine(change.branch) : ""),
  };
  const data = encodeCommit(commit, AUTHOR);
  if (!change.notThese?.has(oidOf("commit", data))) return batch.add("commit", data);
  const message = `${commit.message}\nMade anew from an index of the same content.\n`;
  return batch.add("commit", encodeCommit({ ...commit, message }, AUTHOR));
}

const branchLine = (ref: string): string => `\nBranch: ${ref}\n`;

/** Whether a commit was made here for that branch, by what it says; anybody could say so. */
export function saysBranch(message: string, ref: string): boolean {
  return message.endsWith(branchLine(ref));
}

/**
 * Writes a batch, with a commit for each branch that changes, and then moves the branches, in this
 * order. One that has nothing new goes to its parent, if it is not there already.
 */
export async function commitTo(
  gitdir: string,
  objects: ObjectReader,
  batch: ObjectBatch,
  changes: ReadonlyMap<string, Change>,
): Promise<void> {
  const tips = [...changes].map(([ref, change]) => ({
    ref,
    tip: commitChange(batch, objects, change) ?? change.parent,
  }));
  await batch.write();
  for (const { ref, tip } of tips) {
    if (tip !== undefined && tip !== readRef(gitdir, ref)) await writeRef(gitdir, ref, tip);
  }
}

function messageFor(modules: readonly string[]): string {
  const [only] = modules;
  if (only !== undefined && modules.length === 1) return `update ${only}\n`;
  const named = modules.slice(0, MAX_NAMED);
  const more = modules.length - named.length;
  const list = more > 0 ? [...named, `and ${more} more`] : named;
  return [`update ${modules.length} modules`, "", ...list, ""].join("\n");
}
