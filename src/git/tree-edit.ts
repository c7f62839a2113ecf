/**
 * Finds and changes a few entries of an encoded tree without taking the others apart: an index has an entry
 * for each owner in one tree, and a change is about one of them.
 */
import { type EntryPlace, encodeTree, isTree, type TreeEntry, walkTree } from "./object.ts";

/** An entry, and the bytes from `start` up to `end` that it takes. */
export interface PlacedEntry {
  readonly entry: TreeEntry;
  readonly start: number;
  readonly end: number;
}

/** What becomes of an entry: it is new, replaced, or goes. */
export interface EntryChange {
  readonly former: PlacedEntry | undefined;
  readonly next: TreeEntry | undefined;
}

const SLASH = 0x2f;

/** Those of some names that are there, by name. @throws {SyntaxError} for data that is not a tree */
export function findEntries(data: Buffer, names: Iterable<string>): Map<string, PlacedEntry> {
  // By their bytes, as letters: what stands in the tree is cheaper to read so.
  const wanted = new Map([...names].map((name) => [Buffer.from(name).toString("latin1"), name]));
  const found = new Map<string, PlacedEntry>();
  walkTree(data, ({ start, name: begin, nul, end }) => {
    const name = wanted.get(data.toString("latin1", begin, nul));
    if (name === undefined) return;
    const mode = data.toString("latin1", start, begin - 1);
    const oid = data.toString("hex", nul + 1, end);
    found.set(name, { entry: { mode, name, oid }, start, end });
  });
  return found;
}

/**
 * @param changes of entries of one name each
 * @returns the tree with them: what stays is copied as it is
 */
export function editTree(data: Buffer, changes: Iterable<EntryChange>): Buffer {
  const splices: { start: number; end: number; bytes: Buffer }[] = [];
  const added: { key: Buffer; bytes: Buffer }[] = [];
  for (const { former, next } of changes) {
    const bytes = encodeTree(next ? [next] : []);
    const staysInPlace = former && next && isTree(former.entry) === isTree(next);
    if (next && !staysInPlace) added.push({ key: keyOf(next), bytes });
    if (former) {
      const { start, end } = former;
      splices.push({ start, end, bytes: staysInPlace ? bytes : Buffer.alloc(0) });
    }
  }
  added.sort((a, b) => Buffer.compare(a.key, b.key));
  let placed = 0;
  const insertAt = (start: number, belongs: (key: Buffer) => boolean): void => {
    for (let next = added[placed]; next && belongs(next.key); next = added[++placed]) {
      splices.push({ start, end: start, bytes: next.bytes });
    }
  };
  if (added.length > 0) {
    walkTree(data, (place) => insertAt(place.start, (key) => isBefore(key, data, place)));
    insertAt(data.length, () => true);
  }
  splices.sort((a, b) => a.start - b.start || a.end - b.end);
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, bytes } of splices) {
    parts.push(data.subarray(at, start), bytes);
    at = end;
  }
  return Buffer.concat([...parts, data.subarray(at)]);
}

/** By which entries are ordered: a subtree as if its name ended in a slash. */
function keyOf(entry: TreeEntry): Buffer {
  return Buffer.from(isTree(entry) ? `${entry.name}/` : entry.name);
}

/** Whether a key comes before an entry. */
function isBefore(key: Buffer, data: Buffer, { start, name: begin, nul }: EntryPlace): boolean {
  const length = Math.min(key.length, nul - begin);
  const order = key.compare(data, begin, begin + length, 0, length);
  if (order !== 0 || key.length < nul - begin) return order <= 0;
  // Up to here they are the same: a slash follows, or nothing.
  if (!isTree({ mode: data.toString("latin1", start, begin - 1) })) return false;
  return key.length === length || key[length]! < SLASH;
}
