/**
 * `git clone` of the real index with its whole history, beside git's own server of the same repository:
 * as this program keeps it, and as git made it.
 */
import { cpSync } from "node:fs";
import { openObjectDatabase, repackNow } from "../src/git/mod.ts";
import { realIndexRepository } from "../tests/support/git.ts";
import { interleave, type Side } from "./compare.ts";
import { cloneOnce } from "./git-client.ts";
import { GIT_HOST, startGitHttpBackend } from "./git-http-backend.ts";
import { startPeer } from "./processes.ts";
import { atMost, besideEach, type Result, skippedWithout } from "./result.ts";
import type { World } from "./world.ts";

const ROUNDS = 7;

export async function benchHistory(world: World): Promise<Result[]> {
  const what = "git clone of 6,573 commits";
  const skipped = skippedWithout(`${what} beside git http-backend`, ...GIT_HOST);
  if (skipped.length > 0) return skipped;
  const made = await realIndexRepository();
  const kept = await repacked(made, world.fresh("kept.git"));
  const cloneFrom = (url: string) => cloneOnce(url, world.scratch("history"), []);
  const results: Result[] = [];
  for (const [repository, how] of [
    [kept, ""],
    [made, ", as git packed them"],
  ] as const) {
    using backend = (await startGitHttpBackend(repository, world.fresh("nginx")))!;
    /** The first answer of a server, which later ones are copies of. */
    const first: Side = {
      name: "ours",
      async measure() {
        using server = await startPeer("upstream.ts", repository);
        return await cloneFrom(server.url);
      },
    };
    using server = await startPeer("upstream.ts", repository);
    await cloneFrom(server.url);
    const again: Side = { name: "ours", measure: () => cloneFrom(server.url) };
    const peer: Side = {
      name: "git http-backend behind nginx",
      measure: () => cloneFrom(backend.url),
    };
    const goal = { [peer.name]: atMost(1) };
    const [ours, oursAgain, theirs] = await interleave(ROUNDS, [first, again, peer]);
    results.push(
      ...besideEach(
        `${what}${how}, the server's first`,
        "ms",
        [first, peer],
        [ours!, theirs!],
        goal,
      ),
      ...besideEach(`${what}${how}, again`, "ms", [again, peer], [oursAgain!, theirs!], goal),
    );
  }
  return results;
}

/** A copy of a repository after what keeps a registry's own small. */
async function repacked(repository: string, to: string): Promise<string> {
  cpSync(repository, to, { recursive: true });
  const objects = openObjectDatabase(to);
  await repackNow(to, objects, "refs/heads/main");
  objects.close();
  return to;
}
