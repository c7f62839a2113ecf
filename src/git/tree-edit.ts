/**
 * Finds and changes a few entries of an encoded tree without taking the others apart: an index has an entry
 * for each owner in one tree, and a change is about one of them.
 */
import { encodeTree, isTree, type TreeEntry } from "./object.ts";

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

const SPACE = 0x20;
const SLASH = 0x2f;
const OID_BYTES = 20;

/** Those of some names that are there, by name. @throws {SyntaxError} for data that is not a tree */
export function findEntries(data: Buffer, names: Iterable<string>): Map<string, PlacedEntry> {
  const wanted = new Map<number, { name: string; bytes: Buffer }[]>();
  for (const name of names) {
    const bytes = Buffer.from(name);
    wanted.set(bytes.length, [...(wanted.get(bytes.length) ?? []), { name, bytes }]);
  }
  const found = new Map<string, PlacedEntry>();
  eachEntry(data, (start, begin, nul) => {
    for (const { name, bytes } of wanted.get(nul - begin) ?? []) {
      if (data.compare(bytes, 0, bytes.length, begin, nul) !== 0) continue;
      const mode = data.toString("latin1", start, begin - 1);
      const oid = data.toString("hex", nul + 1, nul + 1 + OID_BYTES);
      found.set(name, { entry: { mode, name, oid }, start, end: nul + 1 + OID_BYTES });
    }
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
  const insert = (at: number) => {
    splices.push({ start: at, end: at, bytes: added.shift()!.bytes });
  };
  if (added.length > 0) {
    eachEntry(data, (start, begin, nul) => {
      while (added[0] && isBefore(added[0].key, data, start, begin, nul)) insert(start);
    });
    while (added.length > 0) insert(data.length);
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

/** Source: gitformat-pack(5) has no trees; see git-mktree(1) and `MODE NAME NUL 20-byte-oid`. */
function eachEntry(data: Buffer, visit: (start: number, name: number, nul: number) => void): void {
  for (let start = 0; start < data.length; ) {
    const space = data.indexOf(SPACE, start);
    const nul = data.indexOf(0, space);
    if (space < 0 || nul < 0 || nul + 1 + OID_BYTES > data.length) {
      throw new SyntaxError("not a tree");
    }
    visit(start, space + 1, nul);
    start = nul + 1 + OID_BYTES;
  }
}

/** By which entries are ordered: a subtree as if its name ended in a slash. */
function keyOf(entry: TreeEntry): Buffer {
  return Buffer.from(isTree(entry) ? `${entry.name}/` : entry.name);
}

/** Whether a key comes before the entry that begins at `start`. */
function isBefore(key: Buffer, data: Buffer, start: number, begin: number, nul: number): boolean {
  const length = Math.min(key.length, nul - begin);
  const order = key.compare(data, begin, begin + length, 0, length);
  if (order !== 0 || key.length < nul - begin) return order <= 0;
  // Up to here they are the same: a slash follows, or nothing.
  if (!isTree({ mode: data.toString("latin1", start, begin - 1) })) return false;
  return key.length === length || key[length]! < SLASH;
}
