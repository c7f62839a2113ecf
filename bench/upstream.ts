/**
 * A server of a Git repository by this project's own code, and of archives when there are some. In
 * a process of its own, so that it takes no time of what is measured. Prints its address.
 *
 *     bun upstream.ts GITDIR [ARCHIVES [LATENCY]]     milliseconds before each answer
 *
 * GET /asked: how many requests there were before.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryHandler } from "../tests/support/git-server.ts";

const [gitdir = "", archives, latency = "0"] = process.argv.slice(2);
const latencyMs = Number(latency);
let asked = 0;
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
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/asked") return new Response(`${asked}`);
    asked++;
    if (latencyMs > 0) await Bun.sleep(latencyMs);
    if (pathname.startsWith("/git/")) return await git(request);
    const file = files[decodeURIComponent(pathname).slice("/user/".length, -".zip".length)];
    return file ? new Response(Bun.file(file)) : new Response("not found\n", { status: 404 });
  },
});
console.log(`http://127.0.0.1:${server.port}`);
