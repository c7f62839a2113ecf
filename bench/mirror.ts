/**
 * `mirror --full` from nothing, beside curl, aria2c and a bare loop fetching the same files from the same
 * server: one that answers at once, and one that is some way off.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { interleave, type Side, timed } from "./compare.ts";
import { missing, run, runPlain, type Server, settle } from "./processes.ts";
import { atMost, below, besideEach, type Result, skippedWithout } from "./result.ts";
import { keyOf, newRegistry, type World } from "./world.ts";

const ROUNDS = 5;
const FETCH_LOOP = join(import.meta.dir, "fetch-loop.ts");
const LATENCIES_MS = [0, 20];
const MEGABYTE = 1e6;

const CURL = "curl --parallel --parallel-max 32, not durable";
const ARIA2C = "aria2c -j16, not durable";
const LOOP = "a bare loop of fetch, hash, write and rename, not durable";

export async function benchMirror(world: World): Promise<Result[]> {
  const results: Result[] = [];
  for (const latencyMs of LATENCIES_MS) {
    using upstream = await world.slowUpstream(latencyMs);
    results.push(...(await measure(world, upstream, latencyMs)));
  }
  return [
    ...results,
    ...skippedWithout("mirror --full beside curl", "curl"),
    ...skippedWithout("mirror --full beside curl and sync -f", "curl", "sync"),
    ...skippedWithout("mirror --full beside aria2c", "aria2c"),
  ];
}

async function measure(world: World, { url }: Server, latencyMs: number): Promise<Result[]> {
  const what = `mirror --full, ${world.entries.length} archives, ${latencyMs} ms away`;
  const memory: number[] = [];
  const ours: Side = {
    name: "ours",
    async measure() {
      const dir = world.fresh("registry");
      await newRegistry(dir, url);
      const { ms, maxRss } = await run(["-d", dir, "mirror", "--full", "-q"]);
      memory.push(maxRss / MEGABYTE);
      return ms;
    },
  };
  /** Curl leaves its files in memory; a mirror is on the disk when it says that it is done. */
  const durable: number[] = [];
  const curl: Side = {
    name: CURL,
    async measure() {
      const dir = world.fresh("curl");
      const list = writeList(world, dir, (name, from) => {
        return `url = "${url}${from}"\noutput = "${join(dir, name)}"\n`;
      });
      const args = ["-s", "-f", "--parallel", "--parallel-max", "32", "-K", list];
      const fetched = await timed(() => runPlain(["curl", ...args]));
      if (!missing("sync")) {
        durable.push(fetched + (await timed(() => runPlain(["sync", "-f", dir]))));
      }
      return fetched;
    },
  };
  const aria2c: Side = {
    name: ARIA2C,
    measure() {
      const dir = world.fresh("aria2c");
      const list = writeList(world, dir, (name, from) => `${url}${from}\n  out=${name}\n`);
      const args = ["-q", "-j16", "--no-conf", "-d", dir, "-i", list];
      return timed(() => runPlain(["aria2c", ...args]));
    },
  };
  const loop: Side = {
    name: LOOP,
    measure() {
      const dir = world.fresh("loop");
      const list = world.fresh("list");
      writeFileSync(list, JSON.stringify(archivesOf(world)));
      return timed(() => runPlain([process.execPath, FETCH_LOOP, url, list, dir]));
    },
  };
  const others = [...(missing("curl") ? [] : [curl]), ...(missing("aria2c") ? [] : [aria2c]), loop];
  const sides = [ours, ...others];
  const figures = await interleave(ROUNDS, sides, settle);
  const goals = { [CURL]: atMost(0.7), [ARIA2C]: atMost(0.2) };
  const peer = { name: "the same curl and sync -f", figures: durable };
  return [
    ...besideEach(what, "ms", sides, figures, goals),
    ...(durable.length > 0 ? [{ what, unit: "ms", ours: figures[0]!, peer }] : []),
    { what: `peak memory of ${what}`, unit: "MB", ours: memory, goal: below(150) },
  ];
}

/** What a program is to fetch, into a new directory. Sources: curl(1), --config; aria2c(1), INPUT FILE. */
function writeList(
  world: World,
  dir: string,
  item: (name: string, from: string) => string,
): string {
  mkdirSync(dir);
  const items = archivesOf(world).map(({ path }, at) => item(`${at}.zip`, path));
  const list = world.fresh("list");
  writeFileSync(list, items.join(""));
  return list;
}

const archivesOf = ({ entries }: World): { path: string; sha256: string }[] =>
  entries.map((entry) => ({
    path: `/user/${encodeURIComponent(keyOf(entry))}.zip`,
    sha256: entry.checksum,
  }));
