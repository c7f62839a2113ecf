/**
 * Serves a repository with git's own http-backend, in a process of its own. Prints its address.
 *
 *     bun git-backend.ts GITDIR
 */
import { gitHttpBackend } from "../tests/support/git-http-backend.ts";

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 60,
  fetch: gitHttpBackend(process.argv[2]!),
});
console.log(`http://127.0.0.1:${server.port}`);
