/**
 * The file system that isomorphic-git pushes from. It only reads: what the library notes afterwards, it
 * notes in place, and nobody here asks for it.
 */
import { lstat, readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";

/** @param remote the one remote there is, as far as the library's configuration goes */
export function pushFileSystem(gitdir: string, remote: string) {
  const config = join(gitdir, "config");
  const ignore = async () => {};
  return {
    promises: {
      readdir,
      stat,
      lstat,
      readlink,
      async readFile(path: string, options?: { encoding: "utf8" }) {
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
