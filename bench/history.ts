/** `git clone` of the real index with its whole history, beside git's own server of that repository. */
import { realIndexRepository } from "../tests/support/git.ts";
import { interleave, type Side } from "./compare.ts";
import { cloneOnce } from "./git-client.ts";
import { GIT_HOST, startGitHttpBackend } from "./git-http-backend.ts";
import { startPeer } from "./processes.ts";
import { atMost, type Result, skippedWithout } from "./result.ts";
import type { World } from "./world.ts";

const ROUNDS = 5;

export async function benchHistory(world: World): Promise<Result[]> {
  const what = "git clone of 6,573 commits";
  const skipped = skippedWithout(`${what} beside git http-backend`, ...GIT_HOST);
  if (skipped.length > 0) return skipped;
  const repository = await realIndexRepository();
  using backend = (await startGitHttpBackend(repository, world.fresh("nginx")))!;
  const cloneFrom = (url: string) => cloneOnce(url, world.scratch("history"), []);
  /** The first answer of a server, which later ones are copies of. */
  const first: number[] = [];
  const ours: Side = {
    name: "ours",
    async measure() {
      using server = await startPeer("upstream.ts", repository);
      first.push(await cloneFrom(server.url));
      return await cloneFrom(server.url);
    },
  };
  const peer: Side = {
    name: "git http-backend behind nginx",
    measure: () => cloneFrom(backend.url),
  };
  const figures = await interleave(ROUNDS, [ours, peer]);
  const [again, theirs] = figures as [number[], number[]];
  const beside = { peer: { name: peer.name, figures: theirs }, goal: atMost(1) };
  return [
    { what: `${what}, the server's first`, unit: "ms", ours: first, ...beside },
    { what: `${what}, again`, unit: "ms", ours: again, ...beside },
  ];
}
