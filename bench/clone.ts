/**
 * `git clone --depth 1` as a client waits for it, beside git's own server on the same commit and on
 * the index with its history. The server of the bare bytes shows how much of it is git's own time,
 * which no server can shorten.
 */
import { hasGit, realIndexRepository, SHALLOW } from "../tests/support/git.ts";
import { interleave, type Side } from "./compare.ts";
import { cloneOnce } from "./git-client.ts";
import { GIT_HOST, startGitHttpBackend } from "./git-http-backend.ts";
import { startOurs, startPeer } from "./processes.ts";
import { atMost, besideEach, type Result, skippedWithout } from "./result.ts";
import { copyServedIndex, type World } from "./world.ts";

const ROUNDS = 15;
const SAME = "git http-backend behind nginx, same commit";

export async function benchClone(world: World): Promise<Result[]> {
  const what = "git clone --depth 1";
  if (!hasGit) return [{ what, skipped: "no git" }];
  const dir = await world.synced();
  const copy = world.fresh("served.git");
  await copyServedIndex(dir, copy);
  using ours = await startOurs(dir);
  using same = await startGitHttpBackend(copy, world.fresh("nginx"));
  using whole = await startGitHttpBackend(await realIndexRepository(), world.fresh("nginx"));
  using bare = await startPeer("replay.ts", ours.url);
  const side = (name: string, url: string): Side => ({
    name,
    measure: () => cloneOnce(url, world.scratch("clone"), SHALLOW),
  });
  const sides = [
    side("ours", ours.url),
    ...(same ? [side(SAME, same.url)] : []),
    ...(whole ? [side("git http-backend behind nginx, with its history", whole.url)] : []),
    side("the same bytes from a bare Bun.serve", bare.url),
  ];
  const figures = await interleave(ROUNDS, sides);
  return [
    ...besideEach(what, "ms", sides, figures, { [SAME]: atMost(0.6) }),
    ...skippedWithout(`${what} beside git http-backend`, ...GIT_HOST),
  ];
}
