/** The served index to and from a Git host: git itself behind HTTP, with pushes and passwords. */
import { expect, test } from "bun:test";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { execute, serve, succeed } from "../support/executable.ts";
import { git, hasGit, tryGit } from "../support/git.ts";
import { gitHttpBackend } from "../support/git-http-backend.ts";
import { serveHandler } from "../support/git-server.ts";
import { tempDirectory } from "../support/temp.ts";
import { type SampleEntry, sampleIndex, withChecksum } from "../support/upstream/mod.ts";
import { createWorld, initWithSource, ofModules, type World } from "../support/world.ts";

interface Host extends Disposable {
  readonly url: string;
  readonly gitdir: string;
  /** `METHOD path` of each request. */
  readonly requests: readonly string[];
}

interface HostOptions {
  /** What a request must say to be let in, and what it gets otherwise. */
  readonly authorization?: string;
  readonly status?: number;
}

/** An empty repository on a host that takes pushes. */
async function gitHost({ authorization, status = 401 }: HostOptions = {}): Promise<Host> {
  const gitdir = join(tempDirectory("host"), "index.git");
  await git(["init", "-q", "--bare", "-b", "main", gitdir]);
  const handle = gitHttpBackend(gitdir, { receive: true });
  const server = serveHandler(async (request) => {
    const isIn =
      authorization === undefined || request.headers.get("authorization") === authorization;
    return isIn ? await handle(request) : new Response("no\n", { status });
  });
  return { ...server, gitdir, [Symbol.dispose]: () => server[Symbol.dispose]() };
}

async function share(dir: string, host: Host, auth = ""): Promise<void> {
  await succeed(["config", "git.remote_url", host.url], { cwd: dir });
  if (auth) appendFileSync(join(dir, "registry.toml"), `\n[git.auth]\n${auth}\n`);
}

const tipOf = async (gitdir: string, ref = "main") =>
  (await tryGit(["-C", gitdir, "rev-parse", "-q", "--verify", ref])).stdout.trim();

const viewOf = (dir: string) => tipOf(join(dir, "data", "index"));

/** The versions that a registry lists of a module. */
async function listed(dir: string, module: string): Promise<string[]> {
  const path = `main:user/${module}.index`;
  const { stdout } = await tryGit(["-C", join(dir, "data", "index"), "show", path]);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { version: string }).version);
}

async function otherRegistry(world: World): Promise<string> {
  const dir = tempDirectory("other");
  await initWithSource(dir, world.upstream.url);
  return dir;
}

test.if(hasGit)("an empty host gets the served index, whole; then what is new", async () => {
  await using world = await createWorld();
  using host = await gitHost();
  const { dir, entries } = world;
  await share(dir, host);
  await world.publish(entries.slice(5));
  await succeed(["sync"], { cwd: dir });
  expect(await succeed(["sync", "--push"], { cwd: dir })).toMatch(
    /^Pushed [0-9a-f]{8} to branch main/,
  );
  expect(await tipOf(host.gitdir)).toBe(await viewOf(dir));
  expect(await git(["-C", host.gitdir, "fsck", "--strict"])).toBe("");

  expect(await succeed(["sync", "--push"], { cwd: dir })).toMatch(/^Nothing new/);
  await world.publish(entries);
  await succeed(["sync"], { cwd: dir });
  const pushed = JSON.parse(await succeed(["sync", "--push", "--json"], { cwd: dir }));
  expect(pushed).toMatchObject({ type: "pushed", branch: "main", changed: true });
  expect(await tipOf(host.gitdir)).toBe(pushed.commit);

  await succeed(["config", "git.branch", "team/index"], { cwd: dir });
  await succeed(["sync", "--push"], { cwd: dir });
  expect(await tipOf(host.gitdir, "refs/heads/team/index")).toBe(pushed.commit);
});

test.if(hasGit)("without a remote, an index or a host: one line says what to do", async () => {
  await using world = await createWorld();
  const { dir } = world;
  const fails = async (words: string[], ...texts: string[]) => {
    const { code, stderr } = await execute(words, { cwd: dir });
    expect(code).not.toBe(0);
    for (const text of texts) expect(stderr).toContain(text);
  };
  await fails(["sync", "--push"], "git.remote_url is not set", "config git.remote_url https://");
  await succeed(["config", "git.remote_url", "http://127.0.0.1:1/x.git"], { cwd: dir });
  await fails(["sync", "--push"], "there is no index to push yet");
  await fails(["sync", "--pull"], "git.remote_url cannot be reached");
  const ssh = "git@git.example:x.git";
  await fails(["config", "git.remote_url", ssh], "git.remote_url must be an http or https URL");
  edit(dir, "http://127.0.0.1:1/x.git", ssh);
  await fails(["sync", "--pull"], "`git.remote_url` must be an http or https URL");
  const secret = "https://me:hunter2@git.example/x";
  edit(dir, ssh, secret);
  const { stderr } = await execute(["sync", "--pull"], { cwd: dir });
  expect(stderr).toContain("[git.auth]");
  expect(stderr).not.toContain("hunter2");
  edit(dir, secret, "");
  using host = await gitHost();
  await share(dir, host);
  await fails(["sync", "--pull"], "has no branch main");
});

/** As with an editor. */
function edit(dir: string, from: string, to: string): void {
  const file = join(dir, "registry.toml");
  writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
}

test.if(hasGit)("two registries share one index: the second pulls, joins and pushes", async () => {
  await using world = await createWorld();
  using host = await gitHost();
  const { dir, entries } = world;
  const [own, rest] = [
    "illusory0x0/🐫",
    entries.filter(({ module }) => !module.startsWith("illusory0x0/")),
  ];
  await share(dir, host);
  await succeed(["mirror", "illusory0x0/*", "--strict"], { cwd: dir });
  await succeed(["sync", "--push"], { cwd: dir });

  // The other one's source has lost the module meanwhile: only the shared index lists it.
  await world.publish(rest);
  const other = await otherRegistry(world);
  await succeed(["sync"], { cwd: other });
  expect(await listed(other, own)).toEqual([]);
  await share(other, host);
  const clone = join(tempDirectory(), "clone");
  {
    await using server = await serve(other);
    await git(["clone", "-q", "--depth", "1", "--single-branch", server.indexUrl, clone]);
  }
  const refused = await execute(["sync", "--push"], { cwd: other });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("branch main has history that is not here");
  expect(refused.stderr).toContain("sync --pull");
  expect(await tipOf(host.gitdir)).toBe(await viewOf(dir));

  const before = await viewOf(other);
  await succeed(["sync", "--pull", "--push"], { cwd: other });
  const after = await tipOf(host.gitdir);
  expect(after).toBe(await viewOf(other));
  for (const tip of [before, await viewOf(dir)]) {
    await git(["-C", host.gitdir, "merge-base", "--is-ancestor", tip, after]);
  }
  expect(await git(["-C", join(other, "data", "index"), "fsck", "--no-dangling"])).toBe("");
  expect(await listed(other, own)).toEqual(ofModules(entries, own).map(({ version }) => version));

  // Clients of before go on from what they have.
  await using server = await serve(other);
  await git(["-C", clone, "remote", "set-url", "origin", server.indexUrl]);
  await git(["-C", clone, "pull", "-q", "origin", "main"]);
  expect(await git(["-C", clone, "rev-parse", "HEAD"])).toBe(after);

  // Once more: nothing moves.
  await succeed(["sync", "--pull"], { cwd: other });
  expect(await viewOf(other)).toBe(after);
  await succeed(["sync", "--pull"], { cwd: dir });
  expect(await viewOf(dir)).toBe(after);
});

test.if(hasGit)(
  "a fresh registry goes on from the shared history, and gets its archives from sources",
  async () => {
    await using world = await createWorld();
    using host = await gitHost();
    const { dir, entries } = world;
    await share(dir, host);
    await succeed(["sync"], { cwd: dir });
    await succeed(["sync", "--push"], { cwd: dir });
    const fresh = await otherRegistry(world);
    await share(fresh, host);
    await succeed(["sync", "--pull"], { cwd: fresh });
    expect(await viewOf(fresh)).toBe(await tipOf(host.gitdir));
    await succeed(["sync"], { cwd: fresh });
    const module = "illusory0x0/🐫";
    await succeed(["mirror", module, "--strict"], { cwd: fresh });
    await using server = await serve(fresh, ["--offline"]);
    const { version, checksum } = ofModules(entries, module)[0]!;
    const response = await fetch(`${server.url}/user/${encodeURIComponent(module)}/${version}.zip`);
    expect(Bun.SHA256.hash(await response.arrayBuffer(), "hex")).toBe(checksum);
  },
);

test.if(hasGit)(
  "a shared name stays the shared index's, unless a source has all of it and more",
  async () => {
    const all = sampleIndex();
    const module = "moonbitlang/x";
    const lines = ofModules(all, module);
    const others = all.filter((each) => each.module !== module);
    await using world = await createWorld({ entries: [...others, ...lines.slice(0, 3)] });
    using host = await gitHost();
    const { dir } = world;
    await share(dir, host);
    await succeed(["sync"], { cwd: dir });
    await succeed(["sync", "--push"], { cwd: dir });
    await succeed(["sync", "--pull"], { cwd: dir });

    const three = ofModules(world.entries, module);
    const added = lines.slice(3).map((entry) => withChecksum(entry, "a".repeat(64)));
    await world.publish([...world.entries, ...added]);
    await succeed(["sync"], { cwd: dir });
    expect(await listed(dir, module)).toEqual(lines.map(({ version }) => version));

    // Another who has the name, but not the archives, gets nothing of it.
    const foreign: SampleEntry[] = [
      withChecksum(three[0]!, "b".repeat(64)),
      ...three.slice(1),
      ...added,
    ];
    await world.publish([...ofModules(world.entries, "illusory0x0/🐫"), ...foreign]);
    await succeed(["sync"], { cwd: dir });
    expect(await listed(dir, module)).toEqual(three.map(({ version }) => version));
  },
);

const BASIC = `Basic ${Buffer.from("me:s3cret").toString("base64")}`;
const AUTH = `type = "basic"\nusername = "me"\npassword = "\${HOST_PASSWORD}"`;

test.if(hasGit)("the password comes from the environment, and is nowhere else", async () => {
  await using world = await createWorld();
  using host = await gitHost({ authorization: BASIC });
  const { dir } = world;
  await succeed(["sync"], { cwd: dir });
  await share(dir, host);
  const bare = await execute(["sync", "--push"], { cwd: dir });
  expect(bare.stderr).toContain("git.remote_url refused access (401)");
  expect(bare.stderr).toContain("[git.auth]");

  appendFileSync(join(dir, "registry.toml"), `\n[git.auth]\n${AUTH}\n`);
  const missing = await execute(["sync", "--push"], { cwd: dir });
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain("HOST_PASSWORD is not set");
  const wrong = await execute(["sync", "--pull"], { cwd: dir, env: { HOST_PASSWORD: "wr0ng" } });
  expect(wrong.stderr).toContain("refused access (401)");
  expect(wrong.stderr).toContain(`check \${HOST_PASSWORD}`);
  expect(wrong.stderr).not.toContain("wr0ng");

  const env = { HOST_PASSWORD: "s3cret" };
  const pushed = await execute(["sync", "--push"], { cwd: dir, env });
  expect(pushed).toMatchObject({ code: 0 });
  await succeed(["sync", "--pull"], { cwd: dir, env });
  expect(await tipOf(host.gitdir)).toBe(await viewOf(dir));
  const shown = await succeed(["config"], { cwd: dir, env });
  expect(shown).toContain("git.auth.password");
  const secrets = [shown, pushed.stdout, pushed.stderr, ...filesBelow(dir)];
  for (const text of secrets) expect(text).not.toMatch(/s3cret|bWU6czNjcmV0/);
});

test.if(hasGit)("403 names the variable, too", async () => {
  await using world = await createWorld();
  using host = await gitHost({ authorization: BASIC, status: 403 });
  await succeed(["sync"], { cwd: world.dir });
  await share(world.dir, host, `type = "bearer"\ntoken = "\${HOST_TOKEN}"`);
  const { stderr } = await execute(["sync", "--push"], {
    cwd: world.dir,
    env: { HOST_TOKEN: "t0" },
  });
  expect(stderr).toContain("git.remote_url refused access (403)");
  expect(stderr).toContain(`\${HOST_TOKEN}`);
});

test.if(hasGit)("a host that does not take the branch is quoted", async () => {
  await using world = await createWorld();
  using host = await gitHost();
  await share(world.dir, host);
  await succeed(["sync"], { cwd: world.dir });
  await git(["-C", host.gitdir, "config", "receive.denyCurrentBranch", "refuse"]);
  await git(["-C", host.gitdir, "config", "core.bare", "false"]);
  await git(["-C", host.gitdir, "config", "core.worktree", tempDirectory()]);
  const { stderr, code } = await execute(["sync", "--push"], { cwd: world.dir });
  expect(code).toBe(1);
  expect(stderr).toContain(
    "git.remote_url does not take branch main: branch is currently checked out",
  );
});

test.if(hasGit)(
  "auto_push pushes what changed, and a failure is a warning that the next change mends",
  async () => {
    await using world = await createWorld();
    using host = await gitHost();
    const { dir, entries } = world;
    await share(dir, host);
    await succeed(["config", "git.auto_push", "true"], { cwd: dir });
    await world.publish(entries.slice(2));
    await succeed(["sync"], { cwd: dir });
    expect(await tipOf(host.gitdir)).toBe(await viewOf(dir));
    const { length } = host.requests;
    await succeed(["sync"], { cwd: dir });
    await succeed(["source", "enable", "up"], { cwd: dir });
    expect(host.requests).toHaveLength(length);

    await succeed(["config", "git.remote_url", "http://127.0.0.1:1/x.git"], { cwd: dir });
    await world.publish(entries);
    const { code, stderr } = await execute(["sync"], { cwd: dir });
    expect(code).toBe(0);
    expect(stderr).toContain("the index was not pushed: git.remote_url cannot be reached");
    await share(dir, host);
    await succeed(["mirror", "illusory0x0/*", "--strict"], { cwd: dir });
    expect(await tipOf(host.gitdir)).toBe(await viewOf(dir));
  },
);

test.if(hasGit)("a source's own index is refused as the shared one", async () => {
  await using world = await createWorld();
  const { dir } = world;
  await succeed(["sync"], { cwd: dir });
  await succeed(["config", "git.remote_url", world.upstream.indexUrl], { cwd: dir });
  const { code, stderr } = await execute(["sync", "--pull"], { cwd: dir });
  expect(code).toBe(1);
  expect(stderr).toContain("git.remote_url is the index of source up");
});

test.if(hasGit)("a name of the shared index cannot be published by another registry", async () => {
  await using world = await createWorld();
  using host = await gitHost();
  const { dir } = world;
  const own = join(tempDirectory("module"), "own");
  mkdirSync(own);
  const manifest = { name: "team/own", version: "1.0.0", license: "MIT", readme: "README.md" };
  writeFileSync(join(own, "moon.mod.json"), JSON.stringify(manifest));
  writeFileSync(join(own, "README.md"), "# own\n");
  writeFileSync(join(own, "moon.pkg.json"), "{}");
  await share(dir, host);
  await succeed(["publish", own], { cwd: dir });
  await succeed(["sync"], { cwd: dir });
  await succeed(["sync", "--push"], { cwd: dir });
  await succeed(["sync", "--pull"], { cwd: dir });
  await succeed(["publish", own], { cwd: dir });

  const other = await otherRegistry(world);
  await share(other, host);
  await succeed(["sync", "--pull"], { cwd: other });
  expect(await listed(other, "team/own")).toEqual(["1.0.0"]);
  const { code, stderr } = await execute(["publish", own], { cwd: other });
  expect(code).not.toBe(0);
  expect(stderr).toContain("team/own belongs to the shared index");
});

/** The text of every file below a directory. */
function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, "latin1"));
}
