/** Sources whose index is plain files, and this registry as one. */
import { expect, test } from "bun:test";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { execute, serve, succeed } from "../support/executable.ts";
import { git, hasGit } from "../support/git.ts";
import { type PlainHost, servePlainFiles } from "../support/plain-files.ts";
import { tempDirectory } from "../support/temp.ts";
import { generateArchives, sampleIndex, withChecksum } from "../support/upstream/mod.ts";
import { createWorld, ofModules } from "../support/world.ts";

const { entries, archive } = generateArchives(sampleIndex());
const CAMEL = "illusory0x0/🐫";

async function registryOf(host: PlainHost): Promise<string> {
  const dir = tempDirectory();
  await succeed(["init", "."], { cwd: dir });
  const add = ["source", "add", "plain", "--url", host.url, "--index-type", "http"];
  await succeed([...add, "--index-url", `${host.url}/files`], { cwd: dir });
  return dir;
}

const listed = async (dir: string) =>
  JSON.parse(await succeed(["status", "--json"], { cwd: dir })).listed as {
    modules: number;
    versions: number;
  };

test("with a listing all is known, nothing new is one request, and a change costs what changed", async () => {
  using host = servePlainFiles({ entries: entries.slice(1), archive, listing: true });
  const dir = await registryOf(host);
  await succeed(["sync"], { cwd: dir });
  const all = new Set(host.entries.map(({ module }) => module));
  expect(await listed(dir)).toEqual({ modules: all.size, versions: entries.length - 1 });

  host.answers.length = 0;
  await succeed(["sync"], { cwd: dir });
  expect(host.answers.filter((each) => !each.includes("symbols"))).toEqual([
    "304 /files/listing.json",
  ]);

  host.entries = entries;
  host.answers.length = 0;
  await succeed(["sync"], { cwd: dir });
  const { module } = entries[0]!;
  expect(host.answers.filter((each) => each.includes("/files/"))).toEqual([
    "200 /files/listing.json",
    `200 /files/user/${module}.index`,
  ]);
  expect((await listed(dir)).versions).toBe(entries.length);

  await succeed(["mirror", CAMEL, "--strict"], { cwd: dir });
  await using server = await serve(dir);
  const { version, checksum } = ofModules(entries, CAMEL)[0]!;
  const response = await fetch(`${server.url}/user/${encodeURIComponent(CAMEL)}/${version}.zip`);
  expect(Bun.SHA256.hash(await response.arrayBuffer(), "hex")).toBe(checksum);
  if (hasGit) await git(["clone", "-q", server.indexUrl, join(tempDirectory(), "clone")]);
});

test("without a listing only what is named is there, with all that it needs", async () => {
  using host = servePlainFiles({ entries, archive, listing: false });
  const dir = await registryOf(host);
  const glob = await execute(["mirror", "moonbitlang/*"], { cwd: dir });
  expect(glob.code).toBe(1);
  expect(glob.stderr).toContain("source plain has no listing.json");
  expect(glob.stderr).toContain("name modules in full");

  const mirrored = await execute(["mirror", "moonbitlang/parser"], { cwd: dir });
  expect(mirrored.code).toBe(0);
  const { modules } = await listed(dir);
  expect(modules).toBeGreaterThan(1);
  expect(host.answers).not.toContain(`200 /files/user/${CAMEL}.index`);
  expect(host.answers.filter((each) => each.includes(".zip")).length).toBeGreaterThan(1);

  // The next time every known file is asked for on condition.
  host.answers.length = 0;
  await succeed(["sync"], { cwd: dir });
  const files = host.answers.filter(
    (each) => each.includes("/files/user/") && !each.startsWith("404"),
  );
  expect(files).toHaveLength(modules);
  expect(files.every((each) => each.startsWith("304 "))).toBe(true);
});

test("what is not what the listing says is refused, and the index from before stays", async () => {
  using host = servePlainFiles({ entries: entries.slice(1), archive, listing: true });
  const dir = await registryOf(host);
  await succeed(["sync"], { cwd: dir });
  const before = await listed(dir);
  const refused = async (text: string) => {
    const { code, stderr } = await execute(["sync"], { cwd: dir });
    expect(code).toBe(1);
    expect(stderr).toContain(text);
    expect(await listed(dir)).toEqual(before);
  };
  host.entries = entries;
  const { module } = entries[0]!;
  const other = `${withChecksum(entries[0]!, "0".repeat(64)).line}\n`;
  host.override = (path) => (path.endsWith(`/${module}.index`) ? new Response(other) : undefined);
  await refused(`the file of ${module} is not the one that its listing names`);
  const listing = (text: string) => {
    host.override = (path) => (path.endsWith("/listing.json") ? new Response(text) : undefined);
  };
  listing("<html>");
  await refused("listing.json is not JSON");
  listing("{}");
  await refused('has no "format": 1');
  listing('{"format": 1, "modules": {"../../x": "0"}}');
  await refused('names "../../x", which is no module');
  listing('{"format": 1, "modules": {"a/b": "0"}}');
  await refused("has no blob for a/b");
  host.override = () => new Response("no", { status: 403 });
  await refused("source plain refused access (403)");
});

test("credentials are sent to the source's own origin, and not along a redirect", async () => {
  using elsewhere = servePlainFiles({ entries, archive, listing: true });
  using host = servePlainFiles({ entries, archive, listing: true });
  const dir = await registryOf(host);
  appendFileSync(
    join(dir, "registry.toml"),
    `\n[sources.auth]\ntype = "bearer"\ntoken = "\${T}"\n`,
  );
  const seen: (string | null)[] = [];
  elsewhere.override = (_, request) => void seen.push(request.headers.get("authorization"));
  host.override = (path, request) => {
    if (request.headers.get("authorization") !== "Bearer t0ken")
      return new Response("", { status: 401 });
    return path.endsWith(".index")
      ? Response.redirect(elsewhere.url + new URL(request.url).pathname)
      : undefined;
  };
  const missing = await execute(["sync"], { cwd: dir });
  expect(missing.stderr).toContain("T is not set");
  const wrong = await execute(["sync"], { cwd: dir, env: { T: "x" } });
  expect(wrong.stderr).toContain(`check \${T}`);
  await succeed(["sync"], { cwd: dir, env: { T: "t0ken" } });
  expect(new Set(seen)).toEqual(new Set([null]));
});

test("a registry is a plain-file source for another", async () => {
  await using world = await createWorld();
  await succeed(["sync"], { cwd: world.dir });
  await using middle = await serve(world.dir);
  const dir = tempDirectory();
  await succeed(["init", "."], { cwd: dir });
  await succeed(["source", "add", "middle", "--url", middle.url, "--index-type", "http"], {
    cwd: dir,
  });
  await succeed(["mirror", CAMEL, "--strict"], { cwd: dir });
  expect(await listed(dir)).toEqual(await listed(world.dir));

  const file = `${middle.url}/index/user/${CAMEL.split("/").map(encodeURIComponent).join("/")}.index`;
  const response = await fetch(file);
  expect(await response.text()).toBe(
    ofModules(world.entries, CAMEL)
      .map(({ line }) => `${line}\n`)
      .join(""),
  );
  const headers = { "if-none-match": response.headers.get("etag")! };
  expect((await fetch(file, { headers })).status).toBe(304);
  expect((await fetch(`${middle.url}/index/user/no/such.index`)).status).toBe(404);
  expect((await fetch(`${middle.url}/index/user/%E0%A4%A.index`)).status).toBe(404);
  expect((await fetch(`${middle.url}/index/user/..%2F..%2Fregistry.toml`)).status).toBe(404);
});
