/** The whole public index, from git's own server, through a registry, to git's own client. */
import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { execute, serve, succeed } from "../support/executable.ts";
import { git, hasGit, realIndexBundle, tryGit } from "../support/git.ts";
import { gitHttpBackend } from "../support/git-http-backend.ts";
import { repositoryHandler, serveHandler } from "../support/git-server.ts";
import { realArchives } from "../support/real-index.ts";
import { tempDirectory } from "../support/temp.ts";
import { startUpstream, writeIndexRepository } from "../support/upstream/mod.ts";
import { initWithSource } from "../support/world.ts";

const present = hasGit && realIndexBundle !== undefined;

/** Appends a line to a module's file: one commit, as publishing upstream makes it. */
async function publishLine(gitdir: string, module: string, line: string): Promise<void> {
  const path = `user/${module}.index`;
  const before = await tryGit(["-C", gitdir, "show", `main:${path}`]);
  const data = `${before.stdout}${line}\n`;
  const commit = [
    "commit refs/heads/main",
    "committer Test <test@example.com> 1780000000 +0000",
    "data 6",
    "update",
    "from refs/heads/main^0",
    `M 100644 inline ${JSON.stringify(path)}`,
    `data ${Buffer.byteLength(data)}`,
    `${data}`,
  ].join("\n");
  await git(["-C", gitdir, "fast-import", "--quiet"], commit);
}

async function expectSound(dir: string): Promise<void> {
  const { code, stderr } = await tryGit(["-C", dir, "fsck", "--strict", "--no-dangling"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
}

test.if(present)(
  "is refreshed, served, cloned in every way, and pulled into shallow clones after a change",
  async () => {
    const root = tempDirectory();
    const origin = join(root, "origin.git");
    await git(["clone", "-q", "--bare", realIndexBundle!, origin]);
    using upstream = serveHandler(gitHttpBackend(origin));
    const dir = join(root, "registry");
    mkdirSync(dir);
    await initWithSource(dir, upstream.url.replace("/git/index", ""));
    await succeed(["sync"], { cwd: dir });
    await using server = await serve(dir);
    const url = server.indexUrl;
    const userTree = (at: string) => git(["-C", at, "rev-parse", "main:user"]);

    const clones: string[] = [];
    for (const version of [0, 1, 2]) {
      const clone = join(root, `v${version}`);
      const flags = ["--depth", "1", "--single-branch", "--no-tags"];
      await git(["-c", `protocol.version=${version}`, "clone", "-q", ...flags, url, clone]);
      await expectSound(clone);
      expect(await userTree(clone)).toBe(await userTree(origin));
      clones.push(clone);
    }

    const line = { name: "new/module", version: "0.1.0", checksum: "ab".repeat(32) };
    await publishLine(origin, "new/module", JSON.stringify(line));
    await publishLine(origin, "CAIMEOX/新", JSON.stringify({ ...line, name: "CAIMEOX/新" }));
    await succeed(["sync"], { cwd: dir });
    for (const [version, clone] of clones.entries()) {
      const pull = ["pull", "-q", "--ff-only", "origin", "main"];
      await git(["-C", clone, "-c", `protocol.version=${version}`, ...pull]);
      await expectSound(clone);
      expect(await userTree(clone)).toBe(await userTree(origin));
    }

    const whole = join(root, "whole");
    await git(["clone", "-q", url, whole]);
    const deep = join(root, "deep");
    await git(["clone", "-q", "--depth", "5", url, deep]);
    const unshallowed = join(root, "unshallowed");
    await git(["clone", "-q", "--depth", "1", url, unshallowed]);
    await git(["-C", unshallowed, "fetch", "-q", "--unshallow"]);
    for (const clone of [whole, deep, unshallowed, join(dir, "data", "index")]) {
      await expectSound(clone);
    }
    const tip = await git(["-C", whole, "rev-parse", "HEAD"]);
    expect(await git(["ls-remote", url])).toBe(`${tip}\tHEAD\n${tip}\trefs/heads/main`);
    expect(await git(["-C", unshallowed, "rev-list", "--count", "HEAD"])).toBe("2");

    // Nothing new: one request to the source, and no commit.
    const asked = upstream.requests.length;
    await succeed(["sync"], { cwd: dir });
    expect(upstream.requests.length - asked).toBe(1);
    expect(await git(["-C", whole, "ls-remote", url, "HEAD"])).toBe(`${tip}\tHEAD`);
  },
  60_000,
);

test.if(present)(
  "is mirrored in full, 6,548 versions byte for byte, in bounded memory, and once only",
  async () => {
    const root = tempDirectory();
    const { entries, archive } = await realArchives();
    const gitdir = join(root, "origin.git");
    await writeIndexRepository(gitdir, entries);
    await using upstream = startUpstream({ archive, git: repositoryHandler(gitdir) });
    const dir = join(root, "registry");
    mkdirSync(dir);
    await initWithSource(dir, upstream.url);

    const first = await execute(["mirror", "--full", "--json"], { cwd: dir });
    const summary = JSON.parse(first.stdout.trim().split("\n").at(-1)!) as Record<string, unknown>;
    expect(summary).toMatchObject({ versions: 6548, downloaded: 6548, failed: 0 });
    expect(first.code).toBe(0);
    expect(first.maxRss).toBeLessThan(250 * 1024 * 1024);
    if (process.platform === "linux") expect(first.maxRss).toBeGreaterThan(0);
    for (const { checksum } of entries) {
      const path = join(dir, "data", "packages", "sha256", checksum.slice(0, 2), `${checksum}.zip`);
      expect(Bun.SHA256.hash(await Bun.file(path).bytes(), "hex")).toBe(checksum);
    }

    upstream.forgetRequests();
    const second = await succeed(["mirror", "--full", "--json"], { cwd: dir });
    expect(second).toContain('"downloaded":0');
    expect(upstream.archiveRequests()).toHaveLength(0);
    // Everything is stored: both views are the same tree.
    const [all, stored] = await Promise.all(
      ["main", "stored"].map((ref) =>
        git(["-C", join(dir, "data", "index"), "rev-parse", `${ref}^{tree}`]),
      ),
    );
    expect(stored).toBe(all);
  },
  120_000,
);
