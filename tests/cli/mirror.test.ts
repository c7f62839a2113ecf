import { afterAll, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../../src/registry/lock.ts";
import { run } from "../support/cli.ts";
import { repositoryHandler } from "../support/git-server.ts";
import { tempDirectory } from "../support/temp.ts";
import {
  generateArchives,
  sampleIndex,
  startUpstream,
  writeIndexRepository,
} from "../support/upstream/mod.ts";

const root = tempDirectory("cli");
const wanted = sampleIndex()
  .filter(({ module }) => module === "moonbitlang/x")
  .slice(0, 5);
const { entries, archive } = generateArchives(wanted);
const missing = entries[0]!.version;
await writeIndexRepository(join(root, "up.git"), entries);
const upstream = startUpstream({
  archive: (module, version) => (version === missing ? undefined : archive(module, version)),
  git: repositoryHandler(join(root, "up.git")),
});
afterAll(() => upstream.stop());

async function registry(): Promise<string> {
  const cwd = tempDirectory("cli");
  await run(["init"], { cwd });
  await run(["source", "add", "up", "--url", upstream.url], { cwd });
  await run(["source", "default", "up"], { cwd });
  return cwd;
}

test("mirror lists what a dry run would do, on stdout only that", async () => {
  const { code, stdout, stderr } = await run(["mirror", "moonbitlang/*", "--dry-run", "--strict"], {
    cwd: await registry(),
  });
  expect(code).toBe(0);
  const all = entries.map(({ module, version }) => `${module}@${version}`);
  expect(stdout.trimEnd().split("\n").sort()).toEqual(all.sort());
  expect(stderr).toContain("Would download 5 versions; 0 here already\n");
});

test("mirror sums up, counts failures by reason, and exits with 3", async () => {
  const { code, stdout, stderr } = await run(["mirror", "moonbitlang/x", "--strict"], {
    cwd: await registry(),
  });
  expect(stdout).toMatch(
    /^Mirrored 5 versions of 1 module in .*: 4 downloaded \(.*\), 1 failed\n {2}1 not found at their source\n$/,
  );
  expect(stderr).toContain(`warning: moonbitlang/x@${missing}: not-found: `);
  expect(stderr).toMatch(/^5\/5 {2}1 failed/m);
  expect(code).toBe(3);
});

test("mirror gives its events as NDJSON, the summary last", async () => {
  const { stdout, stderr } = await run(["mirror", "moonbitlang/x", "--strict", "--json"], {
    cwd: await registry(),
  });
  const events = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(stderr).toBe("");
  expect(events.map(({ type }) => type)).toContain("planned");
  expect(events.filter(({ type }) => type === "failed")).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({
    type: "done",
    versions: 5,
    downloaded: 4,
    failed: 1,
    failures: { "not-found": 1 },
  });
});

test("mirror is quiet when asked, but for what goes wrong", async () => {
  const { stderr } = await run(["mirror", "moonbitlang/x", "--strict", "-q"], {
    cwd: await registry(),
  });
  expect(stderr.trimEnd().split("\n")).toEqual([
    expect.stringMatching(/^warning: moonbitlang\/x@/),
  ]);
});

test("mirror says by exit code 3 that a source which it asked could not be reached", async () => {
  const cwd = await registry();
  await run(["source", "add", "dead", "--url", "http://127.0.0.1:1"], { cwd });
  const words = ["mirror", "moonbitlang/x", "--latest", "2", "--strict", "-q"];
  expect((await run(words, { cwd })).code).toBe(0);
  await run(["config", "default_source", "dead"], { cwd });
  expect((await run(words, { cwd })).code).toBe(1);
  const toml = join(cwd, "registry.toml");
  writeFileSync(toml, readFileSync(toml, "utf8").replace(/^default_source.*$/m, ""));
  const { code, stderr } = await run(words, { cwd });
  expect([code, stderr]).toEqual([3, expect.stringContaining("source dead cannot be reached")]);
  const { stdout } = await run([...words, "--json"], { cwd });
  expect(JSON.parse(stdout.trimEnd().split("\n").at(-1)!)).toMatchObject({ missed: ["dead"] });
});

test("a dry run without sources waits for no writer, writes nothing, and exits with 3 when a pattern is unknown", async () => {
  const cwd = await registry();
  await run(["mirror", "moonbitlang/x", "--latest", "2", "--strict"], { cwd });
  const dry = ["--strict", "--dry-run", "--offline"];
  await withLock(join(cwd, "data", "fetching"), "mirror", async () => {
    const files = () => readdirSync(join(cwd, "data"), { recursive: true }).sort();
    const before = files();
    const known = await run(["mirror", "moonbitlang/x", ...dry], { cwd });
    expect([known.code, known.stdout.split("\n").length - 1]).toEqual([0, 3]);
    const unknown = await run(["mirror", "moonbitlang/x", "demo/none", ...dry], { cwd });
    expect([unknown.code, unknown.stdout]).toEqual([3, known.stdout]);
    expect(unknown.stderr).toContain("warning: demo/none matches no module");
    const { stdout } = await run(["mirror", "moonbitlang/x", "demo/none", ...dry, "--json"], {
      cwd,
    });
    const done = JSON.parse(stdout.trimEnd().split("\n").at(-1)!);
    expect(done).toMatchObject({ type: "done", unmatched: ["demo/none"] });
    expect((await run(["mirror", "demo/none", ...dry], { cwd })).code).toBe(1);
    expect(files()).toEqual(before);
  });
}, 20_000);

test("mirror --save remembers the patterns, once", async () => {
  const cwd = await registry();
  for (let i = 0; i < 2; i++) await run(["mirror", "moonbitlang/x", "--save"], { cwd });
  expect((await run(["config", "mirror.packages"], { cwd })).stdout).toBe("moonbitlang/x\n");
});

test("status says once what is kept fresh, also when it was saved and is of every source", async () => {
  const cwd = tempDirectory("cli");
  await run(["init"], { cwd });
  await run(["source", "add", "up", "--url", upstream.url], { cwd });
  await run(["mirror", "moonbitlang/*", "--save"], { cwd });
  expect((await run(["status"], { cwd })).stdout.split("moonbitlang/*")).toHaveLength(2);
  await run(["mirror", "moonbitlang/*", "--strict"], { cwd });
  expect((await run(["status"], { cwd })).stdout).toMatch(/^ +moonbitlang\/\*, strict$/m);
});

test("mirror --save refuses what mirror.packages cannot say, before anything is fetched", async () => {
  const cwd = await registry();
  const options = [["-s", "up"], ["--latest", "1"], ["--since", "2024-01-01"], ["--strict"]];
  for (const words of [...options, ["--assets"]]) {
    const { code, stderr } = await run(["mirror", "moonbitlang/x", ...words, "--save"], { cwd });
    expect([words[0], code]).toEqual([words[0]!, 2]);
    expect(stderr).toContain("`sync` remembers what was mirrored, with its options, anyway");
  }
  expect((await run(["config", "mirror.packages"], { cwd })).stdout).toBe("\n");
  expect((await run(["status"], { cwd })).stdout).not.toContain("Kept fresh");
});

test("mirror of nothing says what to type", async () => {
  const { code, stderr } = await run(["mirror"], { cwd: await registry() });
  expect(code).toBe(2);
  expect(stderr).toContain("mirror --full");
});

test("mirror --forget ends what sync keeps fresh, also what was saved", async () => {
  const cwd = await registry();
  await run(["mirror", "moonbitlang/x", "--save"], { cwd });
  await run(["mirror", "--full", "--strict"], { cwd });
  const kept = async () => {
    const { stdout, stderr } = await run(["status"], { cwd });
    expect(stderr.includes("mirror PATTERN --forget")).toBe(stdout.includes("Kept fresh"));
    return stdout;
  };
  expect(await kept()).toMatch(/Kept fresh: moonbitlang\/x\n +moonbitlang\/x from up\n +\*\* /);
  const { code, stdout } = await run(["mirror", "moonbitlang/x", "--forget"], { cwd });
  expect([code, stdout]).toEqual([0, "Forgot moonbitlang/x\nForgot moonbitlang/x from up\n"]);
  expect((await run(["config", "mirror.packages"], { cwd })).stdout).toBe("\n");
  const again = await run(["mirror", "moonbitlang/x", "--forget"], { cwd });
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("`status` lists")]);
  await run(["mirror", "--full", "--forget"], { cwd });
  expect(await kept()).not.toContain("Kept fresh");
});

test("mirror --forget goes with nothing that is about a download", async () => {
  const cwd = await registry();
  for (const words of [[], ["a/*", "--latest", "2"], ["a/*", "--dry-run"], ["a/*", "--save"]]) {
    expect((await run(["mirror", ...words, "--forget"], { cwd })).code).toBe(2);
  }
});
