/** Serves what `world.ts` made, in a process of its own. Prints its address. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryHandler } from "../tests/support/git-server.ts";

const root = process.argv[2]!;
const files = JSON.parse(readFileSync(join(root, "map.json"), "utf8")) as Record<string, string>;
const git = repositoryHandler(join(root, "index.git"));

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/git/")) return git(request);
    const file = files[decodeURIComponent(pathname).slice("/user/".length, -".zip".length)];
    if (!file) return new Response("not found\n", { status: 404 });
    return new Response(Bun.file(join(root, "files", file)));
  },
});
console.log(`http://127.0.0.1:${server.port}`);
