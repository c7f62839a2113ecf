/** Cool-down and blocks, as clients see them. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { execute, serve, succeed } from "../support/executable.ts";
import { git, hasGit } from "../support/git.ts";
import { tempDirectory } from "../support/temp.ts";
import type { SampleEntry } from "../support/upstream/mod.ts";
import { createWorld, ofModules } from "../support/world.ts";

const MODULE = "moonbitlang/x";
const HOUR = 3_600_000;

/** The entry as one that was published so long ago. */
const aged = (entry: SampleEntry, ms: number): SampleEntry => {
  const fields = { ...JSON.parse(entry.line), created_at: new Date(Date.now() - ms).toISOString() };
  return { ...entry, line: JSON.stringify(fields) };
};

async function listed(indexUrl: string, module: string): Promise<string[]> {
  const clone = join(tempDirectory(), "clone");
  await git(["clone", "-q", "--depth", "1", indexUrl, clone]);
  const file = Bun.file(join(clone, "user", `${module}.index`));
  if (!(await file.exists())) return [];
  return (await file.text())
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { version: string }).version);
}

async function refusal(url: string): Promise<{ status: number; message: string }> {
  const response = await fetch(url);
  const { error } = (await response.json()) as { error: { message: string } };
  return { status: response.status, message: error.message };
}

test.if(hasGit)("a young version is listed when it is old enough, and not before", async () => {
  await using world = await createWorld();
  const { dir } = world;
  const [old, mid, young] = ofModules(world.entries, MODULE) as [
    SampleEntry,
    SampleEntry,
    SampleEntry,
  ];
  const entries = [aged(old, 100 * HOUR), aged(mid, 50 * HOUR), aged(young, HOUR)];
  await world.publish(entries);
  await succeed(["config", "policy.min_age", "1d"], { cwd: dir });
  const mirrored = await execute(["mirror", MODULE, "--strict"], { cwd: dir });
  expect(mirrored.code).toBe(0);
  expect(mirrored.stderr).toContain("policy holds back 1 young version");
  await using server = await serve(dir);
  expect(await listed(server.indexUrl, MODULE)).toEqual([old.version, mid.version]);
  const url = `${server.url}/user/${MODULE}/${young.version}.zip`;
  const { status, message } = await refusal(url);
  expect(status).toBe(403);
  expect(message).toContain(`${MODULE}@${young.version} is held back until 20`);
  expect(world.upstream.archiveRequests()).toHaveLength(2);
  expect(await succeed(["status"], { cwd: dir })).toContain("Held back:  1 young version");

  // A stricter rule takes nothing back that was listed.
  await succeed(["config", "policy.min_age", "3d"], { cwd: dir });
  expect(await listed(server.indexUrl, MODULE)).toEqual([old.version, mid.version]);
  // What is allowed by name does not wait.
  await succeed(["config", "policy.allow", `${MODULE}@${young.version}`], { cwd: dir });
  expect(await listed(server.indexUrl, MODULE)).toHaveLength(3);
  expect((await fetch(url)).status).toBe(200);
});

test.if(hasGit)("what is blocked is neither listed nor served, stored or not", async () => {
  await using world = await createWorld();
  const { dir } = world;
  const versions = ofModules(world.entries, MODULE).map(({ version }) => version);
  await succeed(["mirror", MODULE, "--strict"], { cwd: dir });
  await using server = await serve(dir);
  const url = (version: string) => `${server.url}/user/${MODULE}/${version}.zip`;
  expect((await fetch(url(versions[0]!))).status).toBe(200);

  const block = `${MODULE}@${versions[0]}`;
  const changed = await execute(["config", "policy.block", block], { cwd: dir });
  expect(changed.stderr).toContain("The index lists 1 module with other versions.");
  expect(await listed(server.indexUrl, MODULE)).toEqual(versions.slice(1));
  expect(await refusal(url(versions[0]!))).toEqual({
    status: 403,
    message: `${block} is blocked here, by policy.block "${block}"`,
  });
  expect((await fetch(url(versions[1]!))).status).toBe(200);

  await succeed(["config", "policy.block", "moonbitlang/*"], { cwd: dir });
  expect(await listed(server.indexUrl, MODULE)).toEqual([]);
  expect((await refusal(url(versions[1]!))).status).toBe(403);
  const mirrored = await execute(["mirror", MODULE, "--strict"], { cwd: dir });
  expect(mirrored.code).toBe(1);
  expect(mirrored.stderr).toContain('is blocked here, by policy.block "moonbitlang/*"');

  // Nothing was deleted: without the block, all is there again.
  await succeed(["config", "policy.block", ""], { cwd: dir });
  expect(await listed(server.indexUrl, MODULE)).toEqual(versions);
  expect((await fetch(url(versions[1]!))).status).toBe(200);
});
