/** Changes single files of a branch's tree, keeping all else of it as it is. */
import { type ObjectBatch, type ObjectReader, type Oid, writeTree } from "../git/mod.ts";

/** What a file is to hold, whether there was one before or not. */
export interface NewFile {
  /** Folders, then the file's name. */
  readonly path: readonly string[];
  readonly data: Buffer;
}

/**
 * Adds a tree with some files replaced to a batch.
 *
 * @param root undefined for an empty branch
 * @returns the new root
 */
export function replaceFiles(
  batch: ObjectBatch,
  objects: ObjectReader,
  root: Oid | undefined,
  files: readonly NewFile[],
): Oid {
  const edits = files.map(({ path, data }) => [path, batch.add("blob", data)] as const);
  return writeTree(batch, edits, root === undefined ? undefined : { objects, tree: root });
}
