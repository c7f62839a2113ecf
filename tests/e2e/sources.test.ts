/** Several sources behind one registry. */
import { expect, test } from "bun:test";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../../src/registry/lock.ts";
import { execute, serve, succeed } from "../support/executable.ts";
import { git, hasGit } from "../support/git.ts";
import { tempDirectory } from "../support/temp.ts";
import { type SampleEntry, sampleIndex, withChecksum } from "../support/upstream/mod.ts";
import { createWorld, ofModules } from "../support/world.ts";

/** The module's lines on another upstream: other versions, which must never mix in. */
const foreign = (entries: readonly SampleEntry[], module: string) =>
  ofModules(entries, module)
    .slice(0, 2)
    .map((entry, at): SampleEntry => {
      const version = `99.0.${at}`;
      const line = entry.line.replace(`"${entry.version}"`, `"${version}"`);
      return { ...entry, version, line };
    });

async function listed(indexUrl: string, module: string): Promise<string[]> {
  const clone = join(tempDirectory(), "clone");
  await git(["clone", "-q", "--depth", "1", indexUrl, clone]);
  const file = Bun.file(join(clone, "user", `${module}.index`));
  if (!(await file.exists())) return [];
  const lines = (await file.text()).trim().split("\n");
  return lines.map((line) => (JSON.parse(line) as { version: string }).version);
}

test.if(hasGit).each([
  ["the team's first", 10, true],
  ["the public's first", 90, false],
])("a module belongs to one source: %s", async (_, priority, teamFirst) => {
  const module = "moonbitlang/x";
  await using open = await createWorld();
  await using team = await createWorld({ entries: foreign(sampleIndex(), module) });
  const { dir } = open;
  const add = ["source", "add", "team", "--url", team.upstream.url, "--priority", String(priority)];
  await succeed(add, { cwd: dir });
  await succeed(["sync"], { cwd: dir });
  const conflicts = await succeed(["source", "list", "--conflicts"], { cwd: dir });
  const [owner, lost] = teamFirst ? ["team", "up"] : ["up", "team"];
  expect(conflicts).toBe(`${module}: from ${owner}; shadowed: ${lost}\n`);
  await using server = await serve(dir);
  const theirs = ofModules(team.entries, module).map(({ version }) => version);
  const publics = ofModules(open.entries, module).map(({ version }) => version);
  expect(await listed(server.indexUrl, module)).toEqual(teamFirst ? theirs : publics);

  // Its archives come from its owner, and from nobody else.
  const [mine, other] = teamFirst ? [theirs, publics] : [publics, theirs];
  expect((await fetch(`${server.url}/user/${module}/${mine[0]}.zip`)).status).toBe(200);
  expect((await fetch(`${server.url}/user/${module}/${other[0]}.zip`)).status).toBe(404);
  const loser = teamFirst ? open : team;
  expect(loser.upstream.archiveRequests()).toHaveLength(0);

  // Without the owner, the module is the other's.
  const disabled = await execute(["source", "disable", owner!], { cwd: dir });
  expect(disabled.stderr).toMatch(
    /The index lists (\d+ modules less, )?1 module with other versions/,
  );
  expect(await listed(server.indexUrl, module)).toEqual(other);
  expect((await fetch(`${server.url}/user/${module}/${other[0]}.zip`)).status).toBe(200);
});

test("one source down: the others are mirrored, and the exit code says in part", async () => {
  await using world = await createWorld();
  const { dir } = world;
  await succeed(["source", "add", "down", "--url", "http://127.0.0.1:1"], { cwd: dir });
  const mirrored = await execute(["mirror", "illusory0x0/*", "--strict"], { cwd: dir });
  expect(mirrored.code).toBe(0);
  expect(mirrored.stderr).toContain("source down cannot be reached");
  const synced = await execute(["sync"], { cwd: dir });
  expect(synced.code).toBe(3);
  const status = JSON.parse(await succeed(["status", "--json"], { cwd: dir }));
  const down = status.sources.find(({ name }: { name: string }) => name === "down");
  expect(down.lastError).toContain("refused");
});

test("removing a source says how much that is stored is listed no longer, and what gc does with it", async () => {
  await using world = await createWorld();
  const { dir } = world;
  const remove = async () => await execute(["source", "remove", "up"], { cwd: dir });
  await succeed(["sync"], { cwd: dir });
  expect((await remove()).stderr).not.toContain("gc");
  await succeed(["source", "add", "up", "--url", world.upstream.url], { cwd: dir });
  await succeed(["mirror", "moonbitlang/x", "--latest", "2", "--strict"], { cwd: dir });
  const { code, stderr } = await remove();
  expect(code).toBe(0);
  expect(stderr).toContain("2 stored versions listed no longer: `gc` would remove what");
  const waste = JSON.parse(await succeed(["gc", "--dry-run", "--json"], { cwd: dir }));
  expect(waste.archives).toHaveLength(2);
});

test("removing a source while another writes says that nobody knows yet what is listed no longer", async () => {
  await using world = await createWorld();
  const { dir } = world;
  const { code, stdout, stderr } = await withLock(join(dir, "data", "fetching"), "mirror", () =>
    execute(["source", "remove", "up", "--json"], { cwd: dir }),
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ removed: true, unlisted_versions: null });
  expect(stderr).toContain("run `sync` when it is done");
  expect(stderr).toContain("`gc` removes stored versions that are listed no more");
});

test("a source that was removed and comes back under another address brings its own index", async () => {
  await using first = await createWorld();
  await using second = await createWorld({ entries: ofModules(sampleIndex(), "illusory0x0/🐫") });
  const { dir } = first;
  await succeed(["sync"], { cwd: dir });
  await succeed(["source", "remove", "up"], { cwd: dir });
  await succeed(["source", "add", "up", "--url", second.upstream.url], { cwd: dir });
  const count = async () => JSON.parse(await succeed(["status", "--json"], { cwd: dir })).listed;
  expect(await count()).toEqual({ modules: 0, versions: 0 });
  await succeed(["sync"], { cwd: dir });
  expect((await count()).modules).toBe(1);
});

test("archives of a source come from its download_url when it has one", async () => {
  await using world = await createWorld();
  await using files = await createWorld();
  const { dir } = world;
  appendFileSync(join(dir, "registry.toml"), `\ndownload_url = "${files.upstream.url}"\n`);
  await succeed(["mirror", "illusory0x0/*", "--strict"], { cwd: dir });
  expect(world.upstream.archiveRequests()).toHaveLength(0);
  expect(files.upstream.archiveRequests().length).toBeGreaterThan(0);
});

test("a registry is a source for another, two deep", async () => {
  await using world = await createWorld();
  await succeed(["sync"], { cwd: world.dir });
  await using middle = await serve(world.dir);
  const dir = tempDirectory();
  await succeed(["init", "."], { cwd: dir });
  const add = ["source", "add", "middle", "--url", middle.url, "--type", "moonbit-registry"];
  await succeed(add, { cwd: dir });
  await succeed(["mirror", "illusory0x0/*", "--strict"], { cwd: dir });
  await using outer = await serve(dir);
  const { module, version, checksum } = ofModules(world.entries, "illusory0x0/🐫")[0]!;
  const response = await fetch(
    `${outer.url}/user/${encodeURIComponent(`${module}/${version}`)}.zip`,
  );
  expect(Bun.SHA256.hash(await response.arrayBuffer(), "hex")).toBe(checksum);
});

test("a stored version keeps its checksum, whatever its source says later, and is told of", async () => {
  await using world = await createWorld();
  const { dir, entries } = world;
  const module = "illusory0x0/🐫";
  await succeed(["mirror", module, "--strict"], { cwd: dir });
  const [stored] = ofModules(entries, module);
  const [gone, other, ...rest] = ofModules(entries, "moonbitlang/x");
  const changed = (entry: SampleEntry) => withChecksum(entry, "0".repeat(64));
  const others = entries.filter((each) => ![stored!.module, gone!.module].includes(each.module));
  await world.publish([...others, changed(stored!), changed(other!), ...rest]);

  const first = await execute(["sync"], { cwd: dir });
  expect(first.stderr).toContain(
    `${module}@${stored!.version} has another checksum than what is stored`,
  );
  expect(first.stderr).toContain(
    `moonbitlang/x@${other!.version} has another checksum than before`,
  );
  expect(first.stderr).toContain(`moonbitlang/x@${gone!.version} has disappeared`);
  expect(first.code).toBe(0);

  // It stays so, with the next change too, and clients go on getting what they had.
  await world.publish([...others, changed(stored!), ...rest]);
  await succeed(["sync"], { cwd: dir });
  await using server = await serve(dir);
  const response = await fetch(`${server.url}/user/${module}/${stored!.version}.zip`);
  expect(Bun.SHA256.hash(await response.arrayBuffer(), "hex")).toBe(stored!.checksum);
  if (!hasGit) return;
  const clone = join(tempDirectory(), "clone");
  await git(["clone", "-q", server.indexUrl, clone]);
  const line = await Bun.file(join(clone, "user", `${module}.index`)).text();
  expect(line).toBe(`${stored!.line}\n`);
  const fsck = ["-C", join(dir, "data", "index"), "fsck", "--strict", "--no-dangling"];
  expect(await git(fsck)).toBe("");
});

test.if(hasGit)(
  "a registry of one registry has a history of its own, which can be cloned",
  async () => {
    await using world = await createWorld();
    const dir = tempDirectory();
    await succeed(["init", "."], { cwd: dir });
    await world.publish(world.entries.slice(2));
    await succeed(["sync"], { cwd: world.dir });
    await using middle = await serve(world.dir);
    await succeed(["source", "add", "middle", "--url", middle.url], { cwd: dir });
    await succeed(["sync"], { cwd: dir });
    await world.publish(world.entries);
    await succeed(["sync"], { cwd: world.dir });
    await succeed(["sync"], { cwd: dir });
    await using outer = await serve(dir);
    for (const depth of [["--depth", "1"], []]) {
      const clone = join(tempDirectory(), "clone");
      await git(["clone", "-q", ...depth, outer.indexUrl, clone]);
      expect(await git(["-C", clone, "fsck", "--strict"])).toBe("");
    }
  },
);
