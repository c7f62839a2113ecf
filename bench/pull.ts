/**
 * `git pull` in a shallow clone after some modules got a new version, beside git's own server. The
 * server of the bare bytes shows how much of it is git's own time, which no server can shorten.
 */
import { join } from "node:path";
import { git, SHALLOW } from "../tests/support/git.ts";
import {
  nextVersion,
  type SampleEntry,
  writeIndexRepository,
} from "../tests/support/upstream/mod.ts";
import { interleave, type Side } from "./compare.ts";
import { clone, pull } from "./git-client.ts";
import { GIT_HOST, startGitHttpBackend } from "./git-http-backend.ts";
import { run, type Server, startOurs, startPeer } from "./processes.ts";
import { atMost, besideEach, type Result, skippedWithout } from "./result.ts";
import { copyServedIndex, newRegistry, startUpstream, type World } from "./world.ts";

const ROUNDS = 9;
const CHANGES = [1, 100];
const PEER = "git http-backend behind nginx, same commits";

export async function benchPull(world: World): Promise<Result[]> {
  const skipped = skippedWithout("git pull beside git http-backend", ...GIT_HOST);
  if (skipped.length > 0) return skipped;
  const root = world.fresh("changing");
  let entries = world.entries;
  using upstream = await startUpstream(root, { entries, archive: () => undefined });
  const dir = world.fresh("registry");
  await newRegistry(dir, upstream.url);
  await run(["-d", dir, "sync", "-q"]);
  const copy = world.fresh("served.git");
  await copyServedIndex(dir, copy);
  using ours = await startOurs(dir);
  using backend = (await startGitHttpBackend(copy, world.fresh("nginx")))!;

  const results: Result[] = [];
  for (const count of CHANGES) {
    // What was there before the change, once for each measurement and for each count of bytes.
    const before = await clones(world, ours, 3 * ROUNDS + 2);
    entries = [...entries, ...nextVersions(entries, count)];
    await writeIndexRepository(join(root, "index.git"), entries);
    await run(["-d", dir, "sync", "-q"]);
    await git(["-C", copy, "fetch", "-q", "origin", "+main:main"]);
    results.push(...(await measure(before, ours, backend, count)));
  }
  return results;
}

async function clones(world: World, server: Server, count: number): Promise<string[]> {
  const made: string[] = [];
  while (made.length < count) {
    const to = world.scratch("clone");
    await clone(server.url, to, SHALLOW);
    made.push(to);
  }
  return made;
}

/** A new version of each of the first so many modules, by the lines of their latest. */
function nextVersions(entries: readonly SampleEntry[], count: number): SampleEntry[] {
  const latest = new Map(entries.map((entry) => [entry.module, entry]));
  return [...latest.values()].slice(0, count).map(nextVersion);
}

/** @param before clones to pull in, each of them once */
async function measure(
  before: string[],
  ours: Server,
  backend: Server,
  count: number,
): Promise<Result[]> {
  using bare = await startPeer("replay.ts", ours.url);
  using counting = await startPeer("replay.ts", backend.url);
  // Also what the server of the bare bytes has them from.
  const sent = [[await bytesSent(bare, before.pop()!)], [await bytesSent(counting, before.pop()!)]];
  const side = (name: string, { url }: Server): Side => ({
    name,
    measure: () => pull(url, before.pop()!),
  });
  const sides = [side("ours", ours), side(PEER, backend)];
  const all = [...sides, side("the same bytes from a bare server", bare)];
  const figures = await interleave(ROUNDS, all);
  const what = `git pull of ${count} changed module${count === 1 ? "" : "s"}`;
  return [
    ...besideEach(what, "ms", all, figures, { [PEER]: atMost(0.7) }),
    ...besideEach(`bytes of ${what}`, "bytes", sides, sent, { [PEER]: atMost(1.1) }),
  ];
}

/** Bytes of all bodies in a pull. @param counting passes them on from a server */
async function bytesSent(counting: Server, into: string): Promise<number> {
  await pull(counting.url, into);
  return Number(await (await fetch(`${counting.url}/sent`)).text());
}
