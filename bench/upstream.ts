/**
 * A server of a Git repository by this project's own code, and of archives when there are some. In
 * a process of its own, so that it takes no time of what is measured. Prints its address.
 *
 *     bun upstream.ts GITDIR [ARCHIVES]
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryHandler } from "../tests/support/git-server.ts";

const [gitdir = "", archives] = process.argv.slice(2);
const git = repositoryHandler(gitdir);
const files = archives ? readMap(archives) : {};

/** Paths of the archives by key, such as `owner/name/1.0.0`. */
function readMap(directory: string): Record<string, string> {
  const map: Record<string, string> = JSON.parse(readFileSync(join(directory, "map.json"), "utf8"));
  return Object.fromEntries(
    Object.entries(map).map(([key, file]) => [key, join(directory, file)] as const),
  );
}

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/git/")) return git(request);
    const file = files[decodeURIComponent(pathname).slice("/user/".length, -".zip".length)];
    return file ? new Response(Bun.file(file)) : new Response("not found\n", { status: 404 });
  },
});
console.log(`http://127.0.0.1:${server.port}`);
