/** A repository behind smart HTTP on a free port: by this project's own code, or by git's. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createGitEndpoint, openObjectDatabase, readRef } from "../../src/git/mod.ts";

export interface GitServer extends Disposable {
  readonly url: string;
  /** Requests so far, as `METHOD path`. */
  readonly requests: readonly string[];
}

/** Answers with this project's upload-pack. */
export function serveRepository(gitdir: string, onBroken?: (error: unknown) => void): GitServer {
  return serveHandler(repositoryHandler(gitdir, onBroken));
}

/** Answers requests below any path that ends as git's do. */
export function repositoryHandler(
  gitdir: string,
  onBroken: (error: unknown) => void = (error) => {
    throw error;
  },
): (request: Request) => Promise<Response> {
  const objects = openObjectDatabase(gitdir);
  const ref = readFileSync(join(gitdir, "HEAD"), "utf8").trim().slice("ref: ".length);
  const endpoint = createGitEndpoint({
    agent: "test/1",
    onBroken,
    branch: () => ({ objects, ref, tip: readRef(gitdir, ref) }),
  });
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("/info/refs")) return endpoint.advertise(request);
    if (pathname.endsWith("/git-upload-pack")) return await endpoint.uploadPack(request);
    return new Response("not found", { status: 404 });
  };
}

export function serveHandler(handle: (request: Request) => Promise<Response>): GitServer {
  const requests: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      requests.push(`${request.method} ${new URL(request.url).pathname}`);
      return handle(request);
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/git/index`,
    requests,
    [Symbol.dispose]: () => void server.stop(true),
  };
}
