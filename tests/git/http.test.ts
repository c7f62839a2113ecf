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
import { FLUSH, packet } from "../../src/git/protocol/pkt-line.ts";
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

/** What a repository of one small commit answers. */
async function smallServer() {
  const gitdir = tempDirectory("small");
  await createRepository(gitdir);
  await commit(gitdir, 0);
  const server = serveRepository(gitdir);
  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/git-upload-pack`, { method: "POST", body, headers });
  const refs = (protocol?: string, service = "git-upload-pack") =>
    fetch(`${server.url}/info/refs?service=${service}`, {
      headers: protocol === undefined ? {} : { "git-protocol": protocol },
    });
  return {
    gitdir,
    tip: readRef(gitdir, MAIN)!,
    post,
    refs,
    [Symbol.dispose]: server[Symbol.dispose],
  };
}

const V2 = { "git-protocol": "version=2" };

/** No answer is to be kept by whoever stands between. */
const NOT_KEPT = {
  expires: "Fri, 01 Jan 1980 00:00:00 GMT",
  pragma: "no-cache",
  "cache-control": "no-cache, max-age=0, must-revalidate",
};

test("the highest version that is offered and spoken is spoken", async () => {
  using server = await smallServer();
  const version = async (protocol?: string) =>
    /version (\d)\n/.exec(await (await server.refs(protocol)).text())?.[1] ?? "0";
  expect(await version()).toBe("0");
  expect(await version("version=1")).toBe("1");
  expect(await version("version=2")).toBe("2");
  expect(await version("version=1:version=2")).toBe("2");
  expect(await version("key:version=1")).toBe("1");
  expect(await version("version=3:aversion=2")).toBe("0");
});

test("answers have their types, and are kept by nobody in between", async () => {
  using server = await smallServer();
  const advertised = await server.refs();
  expect(Object.fromEntries(advertised.headers)).toMatchObject({
    ...NOT_KEPT,
    "content-type": "application/x-git-upload-pack-advertisement",
  });
  const answer = await server.post(wholeClone(server.tip), V2);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    ...NOT_KEPT,
    "content-type": "application/x-git-upload-pack-result",
    "content-length": String((await answer.bytes()).length),
  });
});

test("what is not for clones and fetches is refused in words", async () => {
  using server = await smallServer();
  const pushed = await server.refs(undefined, "git-receive-pack");
  expect([pushed.status, await pushed.text()]).toEqual([
    403,
    "git-receive-pack is not served: this index is for smart HTTP clones and fetches\n",
  ]);
  const said = async (body: string | Buffer, headers?: Record<string, string>) => {
    const response = await server.post(body, headers);
    return [response.status, await response.text()];
  };
  expect(await said("0014command=unknown\n0000", V2)).toEqual([400, "unknown command 'unknown'\n"]);
  const other = "1".repeat(40);
  for (const [body, headers] of [
    [wholeClone(other), V2],
    [Buffer.concat([packet(`want ${other}\n`), FLUSH, packet("done\n")]), {}],
  ] as const) {
    const refusal = packet(`ERR upload-pack: not our ref ${other}\n`);
    expect(await said(body, headers)).toEqual([200, refusal.toString()]);
  }
  expect(await said("x", { "content-encoding": "br" })).toEqual([
    400,
    "content-encoding br is not understood\n",
  ]);
});

test("who asks nothing, to see whether it may, is answered nothing", async () => {
  using server = await smallServer();
  for (const body of ["", "0000"]) {
    for (const headers of [{}, V2]) {
      const response = await server.post(body, headers);
      expect([response.status, await response.text()]).toEqual([200, ""]);
    }
  }
});

test("a request is the same compressed or as it is", async () => {
  using server = await smallServer();
  const body = wholeClone(server.tip);
  const plain = await (await server.post(body, V2)).bytes();
  const gzip = Buffer.from(Bun.gzipSync(body));
  for (const [encoding, encoded] of [
    ["identity", body],
    ["gzip", gzip],
    ["x-gzip", gzip],
  ] as const) {
    const response = await server.post(encoded, { ...V2, "content-encoding": encoding });
    expect(await response.bytes()).toEqual(plain);
  }
});

test("what was answered for one commit is not answered for the next", async () => {
  using server = await smallServer();
  const list = Buffer.concat([packet("command=ls-refs\n"), FLUSH]);
  const listed = async () => await (await server.post(list, V2)).text();
  expect(await listed()).toContain(server.tip);
  expect(await listed()).toContain(server.tip);
  await commit(server.gitdir, 0);
  const next = readRef(server.gitdir, MAIN)!;
  expect(next).not.toBe(server.tip);
  await server.post(wholeClone(next), V2);
  expect(await listed()).toContain(next);
  expect(await listed()).not.toContain(server.tip);
});
