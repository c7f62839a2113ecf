import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createJobs, type Jobs } from "../../src/registry/serving/jobs.ts";
import { jobEvents } from "../../src/web/mod.ts";
import { newRegistry } from "../support/published.ts";

/** Jobs of a registry with so many files that do not belong there, each of which `verify` tells of. */
async function withStrays(count: number): Promise<Jobs> {
  const registry = await newRegistry();
  const folder = join(registry.paths.packages, "sha256", "ab");
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < count; i++) writeFileSync(join(folder, `stray-${i}`), "");
  return createJobs({ registry, config: () => registry.config, onSuccess: () => {} });
}

/** What a stream tells from one place to the job's end. */
async function told(jobs: Jobs, seen: number): Promise<{ id: number; line: string }[]> {
  const text = await jobEvents(jobs, seen).text();
  expect(text).toEndWith("event: end\ndata: {}\n\n");
  const lines = text.matchAll(/^id: (\d+)\nevent: line\ndata: (.*)\n\n/gm);
  return [...lines].map(([, id, data]) => ({ id: Number(id), line: JSON.parse(data!) }));
}

test("a stream that broke off goes on after what was seen, also when the first lines are gone", async () => {
  const jobs = await withStrays(600);
  jobs.start("verify", "ops");
  const all = await told(jobs, 0);
  expect(all.map(({ id }) => id)).toEqual(Array.from({ length: 601 }, (_, i) => i + 1));
  expect(all[0]!.line).toStartWith("checking 0 archives");
  expect(new Set(all.map(({ line }) => line)).size).toBe(601);
  expect(await told(jobs, 590)).toEqual(all.slice(590));
  expect(await told(jobs, 601)).toEqual([]);
  // All that is kept.
  expect(await told(jobs, 0)).toEqual(all.slice(101));
});

test("the lines of the next job are other ones, even for who has seen as many", async () => {
  const jobs = await withStrays(3);
  jobs.start("verify", "ops");
  const first = await told(jobs, 0);
  jobs.start("verify", "ops");
  const second = await told(jobs, first.at(-1)!.id);
  expect(second.map(({ line }) => line)).toEqual(first.map(({ line }) => line));
  expect(second[0]!.id).toBe(first.at(-1)!.id + 1);
});
