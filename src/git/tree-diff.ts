/** What is new about a tree, without reading all of it: most of a changed tree is as it was. */
import { parseTree, type TreeEntry } from "./object.ts";

export interface TreeDifference {
  /** Entries between the beginning and the end that both trees have. */
  readonly entries: readonly TreeEntry[];
  /** What stands between them in the former tree. */
  readonly formers: readonly TreeEntry[];
}

/**
 * Compares two encoded trees. An entry that is left out stands in both, byte for byte; the others may
 * or may not have changed.
 *
 * @throws {SyntaxError} for data that is not a tree
 */
export function differenceOf(tree: Buffer, former: Buffer): TreeDifference {
  const limit = Math.min(tree.length, former.length);
  let same = 0;
  while (same < limit && tree[same] === former[same]) same++;
  let begin = 0;
  for (let next = 0; next <= same; next = entryEnd(tree, begin)) {
    begin = next;
    if (begin === tree.length) break;
  }

  let tail = 0;
  while (
    tail < limit - begin &&
    tree[tree.length - 1 - tail] === former[former.length - 1 - tail]
  ) {
    tail++;
  }
  const end = boundary(tree, begin, tree.length - tail);
  const formerEnd = former.length - (tree.length - end);
  // Equal bytes may be the end of an entry here and the middle of one there.
  const isAligned = boundary(former, begin, formerEnd) === formerEnd;
  return {
    entries: parseTree(tree.subarray(begin, isAligned ? end : undefined)),
    formers: parseTree(former.subarray(begin, isAligned ? formerEnd : undefined)),
  };
}

/** The first end of an entry that is not before `least`. */
function boundary(data: Buffer, from: number, least: number): number {
  let at = from;
  while (at < least) at = entryEnd(data, at);
  return at;
}

/** Source: gitformat-pack(5) has no trees; see git-mktree(1) and `MODE NAME NUL 20-byte-oid`. */
function entryEnd(data: Buffer, at: number): number {
  const nul = data.indexOf(0, at);
  if (nul < 0) throw new SyntaxError("not a tree");
  return nul + 21;
}
