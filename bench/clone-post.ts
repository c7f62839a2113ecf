/**
 * How many shallow clones a second a server has bytes for: the one request that costs anything,
 * sixteen at a time. Beside git's own server on the same commit and on the index with its history
 * (what one would serve without this program), and a server that does nothing but send the bytes.
 */
import { git, hasGit, realIndexRepository } from "../tests/support/git.ts";
import { interleave, type Side } from "./compare.ts";
import { requestsPerSecond } from "./load.ts";
import { startOurs, startPeer } from "./processes.ts";
import { atLeast, besideEach, type Result } from "./result.ts";
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
  using same = await startPeer("git-backend.ts", copy);
  using whole = await startPeer("git-backend.ts", history);
  using bare = await startPeer("replay.ts", ours.url);

  const side = (name: string, server: string, want: string): Side => ({
    name,
    measure: () =>
      requestsPerSecond(
        {
          url: shallowFetchUrl(server),
          post: { headers: SHALLOW_FETCH_HEADERS, body: shallowFetchBody(want) },
          connections: CONNECTIONS,
          seconds: SECONDS,
          least: 100_000,
        },
        world.fresh("load.lua"),
      ),
  });
  const sides = [
    side("ours", ours.url, tip),
    side("git http-backend, same commit", same.url, tip),
    side("git http-backend, with its history", whole.url, historyTip),
    side("the same bytes from a bare server", bare.url, tip),
  ];
  const figures = await interleave(ROUNDS, sides);
  const goals = { [sides[1]!.name]: atLeast(400) };
  const sent = [await shallowFetch(ours.url, tip)];
  const theirs = { name: sides[2]!.name, figures: [await shallowFetch(whole.url, historyTip)] };
  return [
    ...besideEach(what, "requests/s", sides, figures, goals),
    { what: `bytes of ${what}`, unit: "bytes", ours: sent, peer: theirs },
  ];
}
