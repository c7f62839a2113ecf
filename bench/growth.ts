/**
 * What a registry costs that grows: one change, a publication, a clone, a start and the memory of a
 * server that waits, over 1,000 modules, 10,000 and 100,000, of ten versions each. The larger are
 * shown beside the smallest. No archive is mirrored, as how many there are is another question.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openObjectDatabase, readRef } from "../src/git/mod.ts";
import { openSnapshot } from "../src/index/mod.ts";
import { hasGit, SHALLOW } from "../tests/support/git.ts";
import { cloneOnce } from "./git-client.ts";
import { type GrowingIndex, writeGrowingIndex } from "./growing-index.ts";
import { run, settle, startOurs, startPeer } from "./processes.ts";
import { atMost, below, type Goal, type Result } from "./result.ts";
import { newRegistry, type World } from "./world.ts";

const SIZES = [1_000, 10_000, 100_000];
const ROUNDS = 5;
const MEGABYTE = 1e6;

/** What is measured, in the order of its rows. */
const ROWS = {
  first: { what: "the first sync", unit: "ms" },
  firstPeak: { what: "peak memory of the first sync", unit: "MB" },
  sync: { what: "sync of one change", unit: "ms", goal: atMost(3) },
  syncPeak: { what: "peak memory of a sync of one change", unit: "MB", goal: atMost(2) },
  idle: { what: "sync of nothing new", unit: "ms", goal: atMost(2) },
  publish: { what: "a publication", unit: "ms", goal: atMost(3) },
  ready: { what: "serve until /ready", unit: "ms", goal: below(1_000) },
  waiting: { what: "memory of a server that waits", unit: "MB", goal: atMost(2) },
  firstClone: { what: "git clone --depth 1, the server's first", unit: "ms" },
  clone: { what: "git clone --depth 1, again", unit: "ms" },
  after: { what: "memory of a server that was cloned from", unit: "MB" },
} as const satisfies Record<string, { what: string; unit: string; goal?: Goal }>;

type Row = keyof typeof ROWS;
type Figures = Record<Row, number[]>;

export async function benchGrowth(world: World): Promise<Result[]> {
  const results: Result[] = [];
  let smallest: Figures | undefined;
  for (const count of SIZES) {
    const figures = await measure(world, count);
    smallest ??= figures;
    for (const row of Object.keys(ROWS) as Row[])
      results.push(rowOf(row, count, figures, smallest));
  }
  return results;
}

function rowOf(row: Row, count: number, figures: Figures, smallest: Figures): Result {
  const { unit, ...rest } = ROWS[row];
  const what = `${count} modules × 10 versions: ${rest.what}`;
  if (figures[row].length === 0) return { what, skipped: "no git, or no Linux" };
  const measured = { what, unit, ours: figures[row] };
  if (figures === smallest) return measured;
  const peer = { name: `${SIZES[0]} modules`, figures: smallest[row] };
  return { ...measured, peer, ...("goal" in rest && { goal: rest.goal }) };
}

async function measure(world: World, count: number): Promise<Figures> {
  using index = await writeGrowingIndex(world.fresh("growing.git"), count);
  using upstream = await startPeer("upstream.ts", index.gitdir);
  const dir = world.fresh("registry");
  await newRegistry(dir, upstream.url);
  const none = Object.keys(ROWS).map((row) => [row, [] as number[]]);
  const figures = Object.fromEntries(none) as Figures;
  const first = await run(["-d", dir, "sync", "-q"]);
  figures.first.push(first.ms);
  figures.firstPeak.push(first.maxRss / MEGABYTE);
  for (let round = 0; round < ROUNDS; round++) await change(dir, index, figures);
  const module = world.fresh("module");
  for (let round = 0; round < ROUNDS; round++) {
    writeModule(module, round);
    await settle();
    figures.publish.push((await run(["-d", dir, "publish", module])).ms);
  }
  for (let round = 0; round < ROUNDS; round++) await serveOnce(world, dir, figures);
  return figures;
}

async function change(dir: string, index: GrowingIndex, figures: Figures): Promise<void> {
  const module = await index.change();
  await settle();
  const { ms, maxRss } = await run(["-d", dir, "sync", "-q"]);
  // What did not arrive must not count as quick.
  requireVersion(dir, module, "0.10.0");
  figures.sync.push(ms);
  figures.syncPeak.push(maxRss / MEGABYTE);
  figures.idle.push((await run(["-d", dir, "sync", "-q"])).ms);
}

function requireVersion(dir: string, module: string, version: string): void {
  const gitdir = join(dir, "data", "index");
  const objects = openObjectDatabase(gitdir);
  const shown = openSnapshot(objects, readRef(gitdir, "refs/heads/main")!);
  const isThere = shown.version(module, version) !== undefined;
  objects.close();
  if (!isThere) throw new Error(`${module}@${version} did not arrive`);
}

function writeModule(dir: string, version: number): void {
  mkdirSync(join(dir, "src"), { recursive: true });
  const manifest = { name: "bench/growth", version: `0.${version}.0`, license: "MIT" };
  const files = {
    "moon.mod.json": JSON.stringify({ ...manifest, deps: { "owner1/module4": "0.0.0" } }),
    "src/moon.pkg.json": "{}",
    "src/lib.mbt": "pub fn one() -> Int { 1 }\n",
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(dir, path), text);
}

async function serveOnce(world: World, dir: string, figures: Figures): Promise<void> {
  await settle();
  const started = performance.now();
  using server = await startOurs(dir);
  const answer = await fetch(`${server.url}/ready`);
  if (!answer.ok) throw new Error(`/ready answered ${answer.status}`);
  figures.ready.push(performance.now() - started);
  figures.waiting.push(...residentMemory(server.pid));
  if (!hasGit) return;
  const once = () => cloneOnce(server.url, world.scratch("clone"), SHALLOW);
  figures.firstClone.push(await once());
  figures.clone.push(await once());
  figures.after.push(...residentMemory(server.pid));
}

/** In megabytes; nothing where the system does not tell. Source: proc_pid_status(5), VmRSS. */
function residentMemory(pid: number): number[] {
  if (process.platform !== "linux") return [];
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return kilobytes === undefined ? [] : [(Number(kilobytes) * 1024) / MEGABYTE];
}
