/** `git pull` in a shallow clone after some modules got a new version, beside git's own server. */
import { join } from "node:path";
import { git } from "../tests/support/git.ts";
import {
  nextVersion,
  type SampleEntry,
  writeIndexRepository,
} from "../tests/support/upstream/mod.ts";
import { interleave, type Side } from "./compare.ts";
import { clone, pull, SHALLOW } from "./git-client.ts";
import { GIT_HOST, startGitHttpBackend } from "./git-http-backend.ts";
import { run, type Server, startOurs, startPeer } from "./processes.ts";
import { atMost, besideEach, type Result, skippedWithout } from "./result.ts";
import { copyServedIndex, newRegistry, startUpstream, type World } from "./world.ts";

const ROUNDS = 5;
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
    const before = await clones(world, ours, 2 * (ROUNDS + 1));
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
  const side = (name: string, { url }: Server): Side => ({
    name,
    measure: () => pull(url, before.pop()!),
  });
  const sides = [side("ours", ours), side(PEER, backend)];
  const figures = await interleave(ROUNDS, sides);
  const sent = [[await bytesSent(ours, before.pop()!)], [await bytesSent(backend, before.pop()!)]];
  const what = `git pull of ${count} changed module${count === 1 ? "" : "s"}`;
  return [
    ...besideEach(what, "ms", sides, figures, { [PEER]: atMost(0.7) }),
    ...besideEach(`bytes of ${what}`, "bytes", sides, sent, { [PEER]: atMost(1.1) }),
  ];
}

/** Bytes of all bodies that a server sends in a pull. */
async function bytesSent(server: Server, into: string): Promise<number> {
  using counting = await startPeer("replay.ts", server.url);
  await pull(counting.url, into);
  return Number(await (await fetch(`${counting.url}/sent`)).text());
}
