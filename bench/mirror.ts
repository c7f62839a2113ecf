/** `mirror --full` from nothing, beside curl fetching the same files from the same server. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { interleave, type Side, timed } from "./compare.ts";
import { run, runPlain, settle } from "./processes.ts";
import { atMost, below, besideEach, type Result } from "./result.ts";
import { keyOf, newRegistry, type World } from "./world.ts";

const ROUNDS = 5;
const MEGABYTE = 1e6;

export async function benchMirror(world: World): Promise<Result[]> {
  const what = `mirror --full, ${world.entries.length} archives`;
  const memory: number[] = [];
  const ours: Side = {
    name: "ours",
    async measure() {
      const dir = world.fresh("registry");
      await newRegistry(dir, world.upstream.url);
      const { ms, maxRss } = await run(["-d", dir, "mirror", "--full", "-q"]);
      memory.push(maxRss / MEGABYTE);
      return ms;
    },
  };
  /** Curl leaves its files in memory; a mirror is on the disk when it says that it is done. */
  const durable: number[] = [];
  const curl: Side = {
    name: "curl --parallel-max 32, not durable",
    async measure() {
      const dir = world.fresh("curl");
      const list = writeList(world, dir);
      const args = ["-s", "-f", "--parallel", "--parallel-max", "32", "-K", list];
      const fetched = await timed(() => runPlain(["curl", ...args]));
      const synced = await timed(() => runPlain(["sync", "-f", dir]));
      durable.push(fetched + synced);
      return fetched;
    },
  };
  const hasPeer = Bun.which("curl") !== null && Bun.which("sync") !== null;
  const sides = hasPeer ? [ours, curl] : [ours];
  const figures = await interleave(ROUNDS, sides, settle);
  const peak: Result = { what: "its peak memory", unit: "MB", ours: memory, goal: below(250) };
  if (!hasPeer)
    return [{ what, unit: "ms", ours: figures[0]! }, peak, { what, skipped: "no curl" }];
  const peer = { name: "the same and sync -f", figures: durable };
  return [
    ...besideEach(what, "ms", sides, figures, { [curl.name]: atMost(1) }),
    { what, unit: "ms", ours: figures[0]!, peer, goal: atMost(1) },
    peak,
  ];
}

/** What curl is to fetch, into a new directory. Source: curl(1), --config. */
function writeList(world: World, dir: string): string {
  mkdirSync(dir);
  const lines = world.entries.map((entry, at) => {
    const url = `${world.upstream.url}/user/${encodeURIComponent(keyOf(entry))}.zip`;
    return `url = "${url}"\noutput = "${join(dir, `${at}.zip`)}"\n`;
  });
  const list = world.fresh("list");
  writeFileSync(list, lines.join(""));
  return list;
}
