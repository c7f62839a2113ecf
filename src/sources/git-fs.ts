/**
 * The file system that isomorphic-git fetches into. It writes in place and moves refs before their
 * objects are there; here each file appears whole or not at all, and refs stay for the caller to move.
 */
import {
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rmdir,
  stat,
  symlink,
  unlink,
} from "node:fs/promises";
import { join, sep } from "node:path";
import { writeDurably } from "../files/mod.ts";

/** @param gitdir files below its `refs/` are read, never written */
export function fetchFileSystem(gitdir: string) {
  const refs = join(gitdir, "refs") + sep;
  return {
    promises: {
      readFile,
      readdir,
      mkdir,
      rmdir,
      stat,
      lstat,
      readlink,
      symlink,
      unlink,
      async writeFile(path: string, data: string | Uint8Array): Promise<void> {
        if (!join(path).startsWith(refs)) await writeDurably(path, data);
      },
    },
  };
}
