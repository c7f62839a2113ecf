/** How answers are sent: big ones while they are made, and the same ones again as they are. */
import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readlinkSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../src/errors.ts";
import {
  createObjectBatch,
  createRepository,
  encodeCommit,
  type Oid,
  openObjectDatabase,
  readRef,
  repackNow,
  writeRef,
} from "../../src/git/mod.ts";
import { encodeTree, FILE_MODE } from "../../src/git/object.ts";
import { packet } from "../../src/git/protocol/pkt-line.ts";
import { git, hasGit, tryGit } from "../support/git.ts";
import { serveRepository } from "../support/git-server.ts";
import { tempDirectory } from "../support/temp.ts";

const MAIN = "refs/heads/main";

/** A repository with one commit of so many files of a megabyte that does not compress. */
async function bigRepository(files: number): Promise<string> {
  const gitdir = tempDirectory("big");
  await createRepository(gitdir);
  await commit(gitdir, files);
  return gitdir;
}

async function repack(gitdir: string): Promise<void> {
  const objects = openObjectDatabase(gitdir);
  await repackNow(gitdir, objects, MAIN);
  objects.close();
}

async function commit(gitdir: string, files: number): Promise<void> {
  const objects = openObjectDatabase(gitdir);
  const batch = createObjectBatch(gitdir, objects.has);
  const entries = Array.from({ length: files }, (_, at) => {
    const oid = batch.add("blob", randomBytes(1024 * 1024));
    return { mode: FILE_MODE, name: `file${at}`, oid };
  });
  const parent = readRef(gitdir, MAIN);
  const about = { parents: parent === undefined ? [] : [parent], time: 1_700_000_000 };
  const tree = batch.add("tree", encodeTree(entries));
  const encoded = encodeCommit({ ...about, tree, message: "big\n" }, "Test <test@example.com>");
  const oid = batch.add("commit", encoded);
  await batch.write();
  objects.close();
  await writeRef(gitdir, MAIN, oid);
}

const wholeClone = (want: Oid) =>
  Buffer.concat([
    packet("command=fetch\n"),
    Buffer.from("0001"),
    packet(`want ${want}\n`),
    packet("ofs-delta\n"),
    packet("done\n"),
    Buffer.from("0000"),
  ]);

const ask = (url: string, tip: Oid, init: RequestInit = {}) =>
  fetch(`${url}/git-upload-pack`, {
    method: "POST",
    headers: { "git-protocol": "version=2" },
    body: wholeClone(tip),
    ...init,
  });

test("a big answer is sent while it is made, and known as a whole when it is asked for again", async () => {
  const gitdir = await bigRepository(3);
  const tip = readRef(gitdir, MAIN)!;
  using server = serveRepository(gitdir);
  const first = await ask(server.url, tip);
  expect(first.headers.get("content-length")).toBeNull();
  const bytes = Buffer.from(await first.arrayBuffer());
  const again = await ask(server.url, tip);
  expect(again.headers.get("content-length")).toBe(String(bytes.length));
  expect(Buffer.from(await again.arrayBuffer()).equals(bytes)).toBe(true);
});

test("an answer of before is not kept as one of now", async () => {
  // More than fits between server and client, so that it is not sent before the other one is.
  const gitdir = await bigRepository(24);
  const old = readRef(gitdir, MAIN)!;
  using server = serveRepository(gitdir);
  const slow = await ask(server.url, old);
  await commit(gitdir, 2);
  const tip = readRef(gitdir, MAIN)!;
  await (await ask(server.url, tip)).arrayBuffer();
  await slow.arrayBuffer();
  expect((await ask(server.url, tip)).headers.get("content-length")).not.toBeNull();
});

test.if(hasGit)("a clone that breaks off is told so, and so is the operator", async () => {
  const gitdir = await bigRepository(8);
  await repack(gitdir);
  const [pack] = readdirSync(join(gitdir, "objects", "pack")).filter((file) =>
    file.endsWith(".pack"),
  );
  const path = join(gitdir, "objects", "pack", pack!);
  truncateSync(path, Math.floor(statSync(path).size / 2));
  const broken: unknown[] = [];
  using server = serveRepository(gitdir, (error) => broken.push(error));
  const { code, stderr } = await tryGit([
    "clone",
    "-q",
    server.url,
    join(tempDirectory(), "clone"),
  ]);
  expect(code).not.toBe(0);
  expect(stderr).toContain("the server cannot read all of its repository");
  expect(broken.map(messageOf)).toEqual([expect.stringContaining("is cut short at byte")]);
  expect(await git(["ls-remote", server.url])).toContain(MAIN);
});

test.if(existsSync("/proc/self/fd"))(
  "a client that goes away in the middle leaves no file open",
  async () => {
    const gitdir = await bigRepository(24);
    // What a repack has laid ready is read from a descriptor of the clone's own.
    await repack(gitdir);
    const tip = readRef(gitdir, MAIN)!;
    using server = serveRepository(gitdir);
    const packsOpen = () =>
      readdirSync("/proc/self/fd").filter((fd) => {
        const path = `/proc/self/fd/${fd}`;
        return existsSync(path) && readlinkSync(path).startsWith(gitdir);
      }).length;
    const abort = new AbortController();
    const response = await ask(server.url, tip, { signal: abort.signal });
    await response.body!.getReader().read();
    expect(packsOpen()).toBe(2);
    abort.abort();
    while (packsOpen() > 1) await Bun.sleep(1);
    expect((await ask(server.url, tip)).status).toBe(200);
  },
);
