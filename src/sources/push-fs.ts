/**
 * The file system that isomorphic-git pushes from. It only reads: what the library notes afterwards, it
 * notes in place, and nobody here asks for it. To look for one object the library would read the index of
 * every pack, which takes long when there are many: it is shown no pack, and every object as a loose file.
 */
import { lstat, readdir, readFile, readlink, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { deflateSync } from "node:zlib";
import { isOid, type ObjectReader, type Oid } from "../git/mod.ts";

/**
 * @param remote the one remote there is, as far as the library's configuration goes
 * @param objects what is in the repository
 */
export function pushFileSystem(gitdir: string, remote: string, objects: ObjectReader) {
  const config = join(gitdir, "config");
  const loose = join(gitdir, "objects") + sep;
  const packs = join(gitdir, "objects", "pack");
  const ignore = async () => {};
  /** The object that a file would hold, if it is here. */
  const objectAt = (path: string): Oid | undefined => {
    const file = join(path);
    const oid = file.startsWith(loose) ? file.slice(loose.length).replace(sep, "") : "";
    return isOid(oid) && objects.has(oid) ? oid : undefined;
  };
  return {
    promises: {
      readdir: async (path: string) => (join(path) === packs ? [] : await readdir(path)),
      stat: async (path: string) => await stat(objectAt(path) === undefined ? path : gitdir),
      lstat,
      readlink,
      async readFile(path: string, options?: { encoding: "utf8" }) {
        const oid = objectAt(path);
        if (oid !== undefined) return looseFile(objects, oid);
        if (join(path) !== config) return await readFile(path, options ?? null);
        // It will not push without a refspec on file, and the file is not to name the host.
        return `[remote "${remote}"]\n\tfetch = +refs/heads/*:refs/remotes/${remote}/*\n`;
      },
      writeFile: ignore,
      mkdir: ignore,
      rmdir: ignore,
      symlink: ignore,
      unlink: ignore,
    },
  };
}

/** Source: gitformat-loose(5), `TYPE SIZE NUL data`, deflated. */
function looseFile(objects: ObjectReader, oid: Oid): Buffer {
  const { type, data } = objects.read(oid);
  return deflateSync(Buffer.concat([Buffer.from(`${type} ${data.length}\0`), data]));
}
