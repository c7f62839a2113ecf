/**
 * How many shallow clones a second a server has bytes for: the one request that costs anything,
 * sixteen at a time. Beside git's own server on the same commit and on the index with its history
 * (what one would serve without this program), and servers that do nothing but send the bytes.
 */
import { join } from "node:path";
import { git, hasGit, realIndexRepository } from "../tests/support/git.ts";
import { interleave, type Side } from "./compare.ts";
import { GIT_HOST, startGitHttpBackend } from "./git-http-backend.ts";
import { type Load, requestsPerSecond } from "./load.ts";
import { startFileServer } from "./nginx.ts";
import { startOurs, startPeer } from "./processes.ts";
import { atLeast, besideEach, type Result, skippedWithout } from "./result.ts";
import {
  SHALLOW_FETCH_HEADERS,
  shallowFetch,
  shallowFetchBody,
  shallowFetchUrl,
  tipOf,
} from "./shallow-fetch.ts";
import { copyServedIndex, type World } from "./world.ts";

const ROUNDS = 5;
const CONNECTIONS = 16;
const SECONDS = 2;

const SAME = "git http-backend behind nginx, same commit";
const WHOLE = "git http-backend behind nginx, with its history";
const STATIC = "nginx, the same bytes as a file";

export async function benchClonePost(world: World): Promise<Result[]> {
  const what = "depth-1 fetch";
  if (!hasGit) return [{ what, skipped: "no git" }];
  const dir = await world.synced();
  const copy = world.fresh("served.git");
  await copyServedIndex(dir, copy);
  const history = await realIndexRepository();
  const tip = await tipOf(dir);
  const historyTip = await git(["-C", history, "rev-parse", "main"]);
  using ours = await startOurs(dir);
  using same = await startGitHttpBackend(copy, world.fresh("nginx"));
  using whole = await startGitHttpBackend(history, world.fresh("nginx"));
  using bare = await startPeer("replay.ts", ours.url);
  const answer = await shallowFetch(ours.url, tip);
  const files = world.fresh("files");
  await Bun.write(join(files, "pack"), answer);
  using nginx = await startFileServer(files, world.fresh("nginx"));

  const side = (name: string, url: string, post?: Load["post"]): Side => ({
    name,
    measure: () =>
      requestsPerSecond(
        {
          url,
          ...(post && { post }),
          connections: CONNECTIONS,
          seconds: SECONDS,
          least: 100_000,
        },
        world.fresh("load.lua"),
      ),
  });
  const fetching = (name: string, server: string, want: string): Side => {
    const post = { headers: SHALLOW_FETCH_HEADERS, body: shallowFetchBody(want) };
    return side(name, shallowFetchUrl(server), post);
  };
  const sides = [
    fetching("ours", ours.url, tip),
    ...(same ? [fetching(SAME, same.url, tip)] : []),
    ...(whole ? [fetching(WHOLE, whole.url, historyTip)] : []),
    ...(nginx ? [side(STATIC, `${nginx.url}/pack`)] : []),
    fetching("the same bytes from a bare Bun.serve", bare.url, tip),
  ];
  const figures = await interleave(ROUNDS, sides);
  const goals = { [SAME]: atLeast(400), [STATIC]: atLeast(1) };
  const theirs = whole && (await shallowFetch(whole.url, historyTip)).length;
  return [
    ...besideEach(what, "requests/s", sides, figures, goals),
    {
      what: `bytes of ${what}`,
      unit: "bytes",
      ours: [answer.length],
      ...(theirs !== null && { peer: { name: WHOLE, figures: [theirs] } }),
    },
    ...skippedWithout(`${what} beside git http-backend`, ...GIT_HOST),
    ...skippedWithout(`${what} beside nginx`, "nginx"),
  ];
}
