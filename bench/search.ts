/**
 * Search over 887 modules and over 100,000: how long it takes to read them, to build the index, to
 * bring it up to date, and to answer. In this process: a query is so short that a request around it
 * would hide it. The 100,000 are the public modules again and again under other names.
 */
import { parseModuleFile } from "../src/index/mod.ts";
import {
  type ModuleRecord,
  type Records,
  readRecords,
} from "../src/registry/discovery/module-records.ts";
import {
  createSearchIndex,
  type SearchIndex,
  searchPage,
} from "../src/registry/discovery/search-index.ts";
import { realEntries } from "../tests/support/real-index.ts";
import type { Result } from "./result.ts";
import type { World } from "./world.ts";

const MANY = 100_000;
export const QUERIES = [
  "json",
  "moonbitlang/x",
  "parser combinator",
  "http server",
  "lexxer",
  "quikcheck",
  "a",
  "zzzzzz",
  "发",
  "the quick brown fox jumps",
];
const ROUNDS = 7;

export async function benchSearch(_: World): Promise<Result[]> {
  const files = new Map<string, Buffer>();
  for (const { module, line } of await realEntries()) {
    const before = files.get(module) ?? Buffer.alloc(0);
    files.set(module, Buffer.concat([before, Buffer.from(`${line}\n`)]));
  }
  return [
    ...(await measure(files, `${files.size}`, 5)),
    ...(await measure(multiply(files), `${MANY}`)),
  ];
}

async function measure(
  files: ReadonlyMap<string, Buffer>,
  count: string,
  goal?: number,
): Promise<Result[]> {
  Bun.gc(true);
  const before = process.memoryUsage().rss;
  const blobs = new Map([...files.keys()].map((module) => [module, module]));
  const read = (module: string) => parseModuleFile(module, files.get(module)!);
  const [records, reading] = await timed(() => readRecords(blobs, new Map(), read));
  const listed = listOf(records);
  const index = await createSearchIndex();
  const [, building] = await timed(() => index.update(listed));
  Bun.gc(true);
  const memory = (process.memoryUsage().rss - before) / 2 ** 20;

  // A commit that changes ten modules.
  const changed = new Map(blobs);
  for (const module of [...blobs.keys()].slice(0, 10)) changed.set(module, "changed");
  const [updated, following] = await timed(async () => {
    const next = await readRecords(changed, records, read);
    await index.update(listOf(next));
    return next;
  });
  const figures = QUERIES.map((query) => rounds(() => ask(index, listOf(updated), query)));
  const slowest = figures.reduce((a, b) => (median(a) > median(b) ? a : b));
  const one = (what: string, unit: string, figure: number): Result => ({
    what: `${count} modules: ${what}`,
    unit,
    ours: [figure],
  });
  return [
    one("read", "ms", reading),
    one("index built", "ms", building),
    one("memory", "MB", memory),
    one("brought up to date with ten changes", "ms", following),
    {
      what: `${count} modules: the slowest of ${QUERIES.length} queries`,
      unit: "ms",
      ours: slowest,
      ...(goal !== undefined && {
        goal: { of: "figure" as const, sign: "≤" as const, value: goal },
      }),
    },
  ];
}

function ask(index: SearchIndex, records: ReadonlyMap<string, ModuleRecord>, text: string): void {
  searchPage(
    { text },
    records,
    (words) => index.find(words, () => 1),
    () => 0,
  );
}

const listOf = (records: Records) =>
  new Map([...records].map(([module, { record }]) => [module, record]));

async function timed<T>(work: () => Promise<T>): Promise<[result: T, ms: number]> {
  const started = performance.now();
  const result = await work();
  return [result, performance.now() - started];
}

function rounds(work: () => void): number[] {
  return Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
}

const median = (figures: readonly number[]) =>
  [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)]!;

/** The same modules under more owners: `moonbitlang/x`, `moonbitlang1/x`, … */
function multiply(files: ReadonlyMap<string, Buffer>): Map<string, Buffer> {
  const all = new Map<string, Buffer>();
  for (let copy = 0; all.size < MANY; copy++) {
    for (const [module, data] of files) {
      if (all.size === MANY) break;
      const name = copy === 0 ? module : module.replace("/", `${copy}/`);
      // Each name stands in each of its lines.
      const text = data
        .toString()
        .replaceAll(/("name":\s*)"[^"]*"/g, (_, key) => `${key}"${name}"`);
      all.set(name, Buffer.from(text));
    }
  }
  return all;
}
