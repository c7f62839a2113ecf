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
import type { Oid } from "../git/mod.ts";

/**
 * @param gitdir files below its `refs/` are read, never written
 * @param remote the one remote there is, as far as the library's configuration goes
 * @param isHere whether an object is in the repository
 */
export function fetchFileSystem(gitdir: string, remote: string, isHere: (oid: Oid) => boolean) {
  const refs = join(gitdir, "refs") + sep;
  const config = join(gitdir, "config");
  const shallow = join(gitdir, "shallow");
  return {
    promises: {
      readdir,
      mkdir,
      rmdir,
      stat,
      lstat,
      readlink,
      symlink,
      unlink,
      async readFile(path: string, options?: { encoding: "utf8" }) {
        if (join(path) === shallow) return await readShallow(path, isHere);
        if (join(path) !== config) return await readFile(path, options ?? null);
        // It will not fetch without a refspec on file, and the file is not to name the sources.
        return `[remote "${remote}"]\n\tfetch = +refs/heads/*:refs/remotes/${remote}/*\n`;
      },
      async writeFile(path: string, data: string | Uint8Array): Promise<void> {
        if (!join(path).startsWith(refs)) await writeDurably(path, data);
      },
    },
  };
}

/**
 * The library writes this list before the commits that it names. Whoever was killed between the two
 * must not tell the server that they are here, or it would never send them.
 */
async function readShallow(path: string, isHere: (oid: Oid) => boolean): Promise<string> {
  const oids = (await readFile(path, "utf8"))
    .split("\n")
    .filter((oid) => oid !== "" && isHere(oid));
  return oids.map((oid) => `${oid}\n`).join("");
}
