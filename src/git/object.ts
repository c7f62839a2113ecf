/**
 * Git's objects: how commits and trees are written, and how an object is named. Sources:
 * gitformat-pack(5) for types, git-cat-file(1) and git-hash-object(1) for the encodings.
 */

export type ObjectType = "commit" | "tree" | "blob" | "tag";

/** 40 lower-case hex digits. */
export type Oid = string;

export interface GitObject {
  readonly type: ObjectType;
  readonly data: Buffer;
}

export interface TreeEntry {
  /** Octal digits as stored: `40000` for a tree, `100644` for a file. */
  readonly mode: string;
  /** Git does not say an encoding; this project reads and writes UTF-8. */
  readonly name: string;
  readonly oid: Oid;
}

export interface Commit {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  /** Committer time in seconds since the epoch. */
  readonly time: number;
  readonly message: string;
}

export const TREE_MODE = "40000";
export const FILE_MODE = "100644";

/** The name of an object: SHA-1 over its header and data. */
export function oidOf(type: ObjectType, data: Uint8Array): Oid {
  return new Bun.CryptoHasher("sha1").update(`${type} ${data.length}\0`).update(data).digest("hex");
}

/** @throws {SyntaxError} for data that is not a commit */
export function parseCommit(data: Buffer): Commit {
  const end = data.indexOf("\n\n");
  const head = data.toString("utf8", 0, end < 0 ? data.length : end);
  const message = end < 0 ? "" : data.toString("utf8", end + 2);
  const parents: Oid[] = [];
  let tree: Oid | undefined;
  let time: number | undefined;
  for (const line of head.split("\n")) {
    if (line.startsWith("tree ")) tree ??= line.slice(5);
    else if (line.startsWith("parent ")) parents.push(line.slice(7));
    else if (line.startsWith("committer ")) time ??= Number(/ (\d+) [+-]\d+$/.exec(line)?.[1]);
  }
  if (tree === undefined || time === undefined || Number.isNaN(time)) {
    throw new SyntaxError("not a commit: tree or committer is missing");
  }
  return { tree, parents, time, message };
}

/** The data of a commit whose author is its committer, at UTC. `author` is `Name <address>`. */
export function encodeCommit(commit: Commit, author: string): Buffer {
  const stamp = `${author} ${commit.time} +0000`;
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${stamp}`,
    `committer ${stamp}`,
  ];
  return Buffer.from(`${lines.join("\n")}\n\n${commit.message}`);
}

/** @throws {SyntaxError} for data that is not a tree */
export function parseTree(data: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  walkTree(data, ({ start, name, nul, end }) => {
    entries.push({
      mode: data.toString("latin1", start, name - 1),
      name: data.toString("utf8", name, nul),
      oid: data.toString("hex", nul + 1, end),
    });
  });
  return entries;
}

/** Where an entry lies in an encoded tree: `MODE NAME NUL 20-byte-oid`. Source: git-mktree(1). */
export interface EntryPlace {
  readonly start: number;
  /** Where its name begins, after the mode and a space. */
  readonly name: number;
  /** Where its name ends. */
  readonly nul: number;
  readonly end: number;
}

/** Tells of each entry of a tree, in order, where it lies. @throws {SyntaxError} for data that is not a tree */
export function walkTree(data: Buffer, visit: (place: EntryPlace) => void): void {
  for (let start = 0; start < data.length; ) {
    const space = data.indexOf(0x20, start);
    const nul = data.indexOf(0, space);
    const end = nul + 21;
    if (space < 0 || nul < 0 || end > data.length) throw new SyntaxError("not a tree");
    visit({ start, name: space + 1, nul, end });
    start = end;
  }
}

/** Trees are sorted by name, bytewise, a subtree as if its name ended in a slash. */
export function encodeTree(entries: readonly TreeEntry[]): Buffer {
  const rows = entries.map((entry) => ({
    key: isTree(entry) ? `${entry.name}/` : entry.name,
    head: `${entry.mode} ${entry.name}\0`,
    oid: entry.oid,
  }));
  const isPlain = rows.every(({ key }) => PLAIN.test(key));
  if (isPlain) rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  else sortBytewise(rows);
  const sizes = rows.map(({ head }) => (isPlain ? head.length : Buffer.byteLength(head)) + 20);
  const out = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const [row, { head, oid }] of rows.entries()) {
    out.write(head, at);
    at += sizes[row]!;
    out.write(oid, at - 20, "hex");
  }
  return out;
}

/** ASCII, of which texts are ordered as their bytes are. */
const PLAIN = /^[\0-\x7f]*$/;

function sortBytewise(rows: { readonly key: string }[]): void {
  const keys = new Map(rows.map((row) => [row, Buffer.from(row.key)]));
  rows.sort((a, b) => Buffer.compare(keys.get(a)!, keys.get(b)!));
}

/** Whether a tree entry names a commit of another repository, which is no object of this one. */
export function isSubmodule({ mode }: Pick<TreeEntry, "mode">): boolean {
  return mode === "160000";
}

/** Whether a tree entry is a directory. */
export function isTree({ mode }: Pick<TreeEntry, "mode">): boolean {
  return mode === TREE_MODE || mode === "040000";
}
