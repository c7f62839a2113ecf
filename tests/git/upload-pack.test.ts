/** This project's server and the real git client, over HTTP, in each protocol version. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createLeadsTo } from "../../src/git/closure.ts";
import {
  createObjectBatch,
  createRepository,
  encodeCommit,
  type Oid,
  openObjectDatabase,
  repackNow,
  writeRef,
} from "../../src/git/mod.ts";
import { encodeTree, FILE_MODE } from "../../src/git/object.ts";
import {
  type FetchRequest,
  parseFetchV0,
  parseFetchV2,
} from "../../src/git/protocol/fetch-request.ts";
import { FLUSH, packet, packets, text } from "../../src/git/protocol/pkt-line.ts";
import { uploadPack } from "../../src/git/upload-pack.ts";
import {
  addStates,
  git,
  hasGit,
  type IndexState,
  makeIndexRepository,
  realIndexBundle,
  realIndexRepository,
  tryGit,
} from "../support/git.ts";
import { repositoryHandler, serveHandler, serveRepository } from "../support/git-server.ts";
import { forAll, type Random } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";

const clone = (version: number, args: readonly string[]) =>
  git(["-c", `protocol.version=${version}`, "clone", "-q", ...args]);

const count = async (dir: string) => Number(await git(["-C", dir, "rev-list", "--count", "HEAD"]));

/** Whether a clone is sound and has just the files of the repository's tip. */
async function expectSame(dir: string, origin: string): Promise<void> {
  expect((await tryGit(["-C", dir, "fsck", "--strict", "--no-dangling"])).stderr).toBe("");
  const tree = (at: string) => git(["-C", at, "rev-parse", "main^{tree}"]);
  expect(await tree(dir)).toBe(await tree(origin));
}

function states(length: number): IndexState[] {
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => JSON.stringify({ version: `0.${from + at}.0` }));
  return Array.from({ length }, (_, at) => ({
    "alice/json": lines(0, at + 1),
    "bob/deep/er": lines(0, Math.floor(at / 2) + 1),
    [`owner${at % 3}/中文${at % 5}`]: lines(at, at + 1),
  }));
}

describe.if(hasGit).each([0, 1, 2])("protocol version %d", (version) => {
  test("a shallow clone as `moon update` makes it, then a pull that fast-forwards", async () => {
    const origin = await makeIndexRepository(states(5));
    using server = serveRepository(origin);
    const dir = join(tempDirectory(), "clone");
    await clone(version, ["--depth", "1", "--single-branch", "--no-tags", server.url, dir]);
    expect(await count(dir)).toBe(1);
    await expectSame(dir, origin);

    await addStates(origin, states(9).slice(5));
    const pull = ["-C", dir, "-c", `protocol.version=${version}`, "pull", "--ff-only"];
    await git([...pull, "-q", "origin", "main"]);
    await expectSame(dir, origin);
    expect(await count(dir)).toBe(5);
    expect(await git([...pull, "origin", "main"])).toContain("Already up to date");
  });

  test("full, deepened, shortened and completed clones are sound", async () => {
    const origin = await makeIndexRepository(states(30));
    using server = serveRepository(origin);
    const dir = join(tempDirectory(), "clone");
    const fetch = (...args: string[]) =>
      git(["-C", dir, "-c", `protocol.version=${version}`, "fetch", "-q", ...args]);
    await clone(version, ["--depth", "5", server.url, dir]);
    expect(await count(dir)).toBe(5);
    await fetch("--deepen", "3");
    expect(await count(dir)).toBe(8);
    await fetch("--depth", "20");
    expect(await count(dir)).toBe(20);
    await fetch("--depth", "4");
    expect(await count(dir)).toBe(4);
    await fetch(`--shallow-since=${1_700_000_000 + 25 * 60}`);
    expect(await count(dir)).toBe(5);
    await fetch("--unshallow");
    expect(await count(dir)).toBe(30);
    await expectSame(dir, origin);

    const whole = join(tempDirectory(), "whole");
    await clone(version, [server.url, whole]);
    expect(await count(whole)).toBe(30);
    await expectSame(whole, origin);
  });

  test("a clone of one's own history that also has commits of its own can fetch", async () => {
    const origin = await makeIndexRepository(states(4));
    using server = serveRepository(origin);
    const dir = join(tempDirectory(), "clone");
    await clone(version, [server.url, dir]);
    for (let at = 0; at < 40; at++) {
      await git(["-C", dir, "commit", "-q", "--allow-empty", "-m", `mine ${at}`]);
    }
    await addStates(origin, states(7).slice(4));
    await git(["-C", dir, "-c", `protocol.version=${version}`, "fetch", "-q", "origin"]);
    const [theirs, ours] = await Promise.all([
      git(["-C", dir, "rev-parse", "origin/main"]),
      git(["-C", origin, "rev-parse", "main"]),
    ]);
    expect(theirs).toBe(ours);
    expect((await tryGit(["-C", dir, "fsck", "--strict"])).stderr).toBe("");
  });

  test("the refs are listed, and an empty repository clones", async () => {
    const origin = await makeIndexRepository(states(1));
    using server = serveRepository(origin);
    const tip = await git(["-C", origin, "rev-parse", "main"]);
    const refs = await git(["-c", `protocol.version=${version}`, "ls-remote", server.url]);
    expect(refs).toBe(`${tip}\tHEAD\n${tip}\trefs/heads/main`);

    const empty = join(tempDirectory(), "empty.git");
    await git(["init", "-q", "--bare", "-b", "main", empty]);
    using nothing = serveRepository(empty);
    const dir = join(tempDirectory(), "clone");
    await clone(version, [nothing.url, dir]);
    expect((await tryGit(["-C", dir, "rev-parse", "HEAD^0"])).code).not.toBe(0);
  });
});

test.if(hasGit).each([0, 2])(
  "long requests, compressed or in chunks: version %d",
  async (version) => {
    const origin = await makeIndexRepository(states(3));
    const seen: string[] = [];
    const handle = repositoryHandler(origin);
    using server = serveHandler(async (request) => {
      const { headers } = request;
      if (headers.get("content-encoding") === "gzip") seen.push("gzip");
      if (headers.get("transfer-encoding") === "chunked") seen.push("chunked");
      return await handle(request);
    });
    const dir = join(tempDirectory(), "clone");
    await clone(version, [server.url, dir]);
    for (let at = 0; at < 60; at++) {
      await git(["-C", dir, "commit", "-q", "--allow-empty", "-m", `mine ${at}`]);
    }
    const fetch = ["-C", dir, "-c", `protocol.version=${version}`];
    // Git compresses what is over 1 KiB, and sends in chunks what does not fit its buffer.
    await addStates(origin, states(4).slice(3));
    await git([...fetch, "fetch", "-q", "origin"]);
    expect(seen).toContain("gzip");
    // Git 2.39 breaks off by itself when version 2 meets a small buffer.
    if (version === 0) {
      await addStates(origin, states(5).slice(4));
      await git([...fetch, "-c", "http.postBuffer=1024", "fetch", "-q", "origin"]);
      expect(seen).toContain("chunked");
    }
    const tip = await git(["-C", origin, "rev-parse", "main"]);
    expect(await git(["-C", dir, "rev-parse", "origin/main"])).toBe(tip);
  },
);

test.if(hasGit)("random histories reach random clones whole", async () => {
  const plans: { length: number; depth: number; more: number }[] = [];
  forAll(4, (random: Random) => {
    plans.push({ length: 2 + random.int(20), depth: 1 + random.int(8), more: 1 + random.int(9) });
  });
  for (const { length, depth, more } of plans) {
    const origin = await makeIndexRepository(states(length));
    using server = serveRepository(origin);
    const dir = join(tempDirectory(), "clone");
    await clone(2, ["--depth", String(depth), server.url, dir]);
    await addStates(origin, states(length + more).slice(length));
    await git(["-C", dir, "pull", "-q", "--ff-only", "origin", "main"]);
    await expectSame(dir, origin);
  }
});

test.if(hasGit)("a want that the branch does not lead to is refused in words", async () => {
  const origin = await makeIndexRepository(states(2));
  using server = serveRepository(origin);
  const dir = join(tempDirectory(), "clone");
  await git(["init", "-q", dir]);
  const other = "1234567890123456789012345678901234567890";
  const { code, stderr } = await tryGit(["-C", dir, "fetch", server.url, other]);
  expect(code).not.toBe(0);
  expect(stderr).toContain(`not our ref ${other}`);
});

describe.if(hasGit && realIndexBundle !== undefined)("the real index", () => {
  test("clones whole and shallow, in each version, and passes fsck", async () => {
    const origin = await realIndexRepository();
    using server = serveRepository(origin);
    const whole = join(tempDirectory(), "whole");
    await clone(2, [server.url, whole]);
    expect(await count(whole)).toBe(6573);
    await expectSame(whole, origin);
    for (const version of [0, 1, 2]) {
      const dir = join(tempDirectory(), "shallow");
      await clone(version, ["--depth", "1", "--single-branch", "--no-tags", server.url, dir]);
      await expectSame(dir, origin);
    }
    const dir = join(tempDirectory(), "deep");
    await clone(0, ["--depth", "5", server.url, dir]);
    await git(["-C", dir, "-c", "protocol.version=0", "fetch", "-q", "--unshallow"]);
    expect(await count(dir)).toBe(6573);
    await expectSame(dir, origin);
  }, 60_000);
});

test("requests that are no protocol get an error of their own", async () => {
  const dir = tempDirectory();
  await createRepository(dir);
  using server = serveRepository(dir);
  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/git-upload-pack`, { method: "POST", body, headers });
  const v2 = { "git-protocol": "version=2" };
  expect((await fetch(`${server.url}/info/refs`)).status).toBe(403);
  expect((await fetch(`${server.url}/info/refs?service=git-receive-pack`)).status).toBe(403);
  expect((await post("nonsense", v2)).status).toBe(400);
  expect((await post("nonsense")).status).toBe(400);
  expect((await post("0014command=unknown\n0000", v2)).status).toBe(400);
  expect((await post("not gzip", { "content-encoding": "gzip" })).status).toBe(400);
  expect((await post("x", { "content-encoding": "br" })).status).toBe(400);
  const long = Buffer.alloc(12 * 1024 * 1024 + 1);
  expect((await post(long)).status).toBe(413);
  const bomb = Buffer.from(Bun.gzipSync(long));
  const tooLong = await post(bomb, { "content-encoding": "gzip" });
  expect(tooLong.status).toBe(413);
  expect(tooLong.headers.get("content-type")).toBe("text/plain");
  expect(await tooLong.text()).toBe("the body is larger than 12 MiB\n");
  const inChunks = await fetch(`${server.url}/git-upload-pack`, {
    method: "POST",
    body: new Blob([long]).stream(),
  });
  expect(inChunks.status).toBe(413);
});

/** A repository of some commits, each of which changes one file of two, and what it answers. */
async function smallHistory(length: number) {
  const gitdir = tempDirectory("history");
  await createRepository(gitdir);
  const objects = openObjectDatabase(gitdir);
  const batch = createObjectBatch(gitdir, objects.has);
  const file = (name: string, text: string) => {
    return { mode: FILE_MODE, name, oid: batch.add("blob", Buffer.from(text)) };
  };
  const commits: Oid[] = [];
  for (let time = 0; time < length; time++) {
    const tree = batch.add("tree", encodeTree([file("a", "same"), file("b", `version ${time}`)]));
    const about = { tree, parents: commits.slice(-1), time, message: `${time}\n` };
    commits.push(batch.add("commit", encodeCommit(about, "Test <test@example.com>")));
  }
  await batch.write();
  await writeRef(gitdir, "refs/heads/main", commits.at(-1)!);
  /** Repacks for clones of a commit. */
  const layReady = async (commit: Oid) => {
    await writeRef(gitdir, "refs/heads/ready", commit);
    await repackNow(gitdir, objects, "refs/heads/ready");
  };
  const branch = { objects, tip: commits.at(-1), ref: "refs/heads/main" };
  const answer = (request: FetchRequest, version: 0 | 2) =>
    Buffer.concat([...uploadPack(branch, request, version, createLeadsTo())]);
  /** What is said before a pack, and how many objects that has. */
  const fetched = (...lines: string[]) => {
    const said: string[] = [];
    const pack: Buffer[] = [];
    for (const part of packets(answer(parseFetchV2(lines), 2))) {
      if (part.kind !== "data") continue;
      if (said.at(-1) === "packfile") pack.push(part.data.subarray(1));
      else said.push(text(part.data));
    }
    const whole = Buffer.concat(pack);
    return { said, objects: whole.length > 0 ? whole.readUInt32BE(8) : undefined };
  };
  return { commits, objects, answer, fetched, layReady, [Symbol.dispose]: () => objects.close() };
}

test("who has some of it is sent the rest, as soon as enough is known", async () => {
  using repository = await smallHistory(6);
  const { commits, fetched, objects } = repository;
  const want = `want ${commits[5]}`;
  const other = `have ${"1".repeat(40)}`;
  expect(fetched(want, other)).toEqual({ said: ["acknowledgments", "NAK"], objects: undefined });
  // Two commits, with a tree and a file each.
  expect(fetched(want, other, `have ${commits[3]}`)).toEqual({
    said: ["acknowledgments", `ACK ${commits[3]}`, "ready", "packfile"],
    objects: 6,
  });
  expect(fetched(want, `have ${commits[3]}`, "done")).toEqual({ said: ["packfile"], objects: 6 });
  expect(fetched(want, "done").objects).toBe(6 * 3 + 1);
  expect(fetched(want, `have ${commits[5]}`, "done").objects).toBe(0);
  // What it has of that is no commit tells nothing.
  const { tree } = objects.commit(commits[5]!);
  expect(fetched(want, `have ${tree}`, "done").objects).toBe(6 * 3 + 1);
});

test("what is laid ready for clones is for them alone", async () => {
  using repository = await smallHistory(6);
  const { commits, fetched, layReady } = repository;
  await layReady(commits[2]!);
  const want = [`want ${commits[5]}`, "ofs-delta", "done"];
  expect(fetched(...want).objects).toBe(6 * 3 + 1);
  expect(fetched(`want ${commits[2]}`, ...want).objects).toBe(6 * 3 + 1);
  expect(fetched(...want, `have ${commits[3]}`).objects).toBe(6);
  expect(fetched(...want, "deepen 2").objects).toBe(2 * 3 + 1);
  expect(fetched(...want, "filter blob:none").objects).toBe(6 * 2);
  expect(fetched(...want, "deepen 1", "filter blob:none").objects).toBe(2);
});

test("who wants what was the tip before gets that, and nothing that came since", async () => {
  using repository = await smallHistory(6);
  const { commits, fetched } = repository;
  expect(fetched(`want ${commits[2]}`, "done").objects).toBe(3 * 3 + 1);
  expect(fetched(`want ${commits[2]}`, `have ${commits[1]}`, "done").objects).toBe(3);
  const both = fetched(`want ${commits[2]}`, `want ${commits[4]}`, "done");
  expect(both.objects).toBe(5 * 3 + 1);
});

test("a history can be cut at the branch by its name, and by no other", async () => {
  using repository = await smallHistory(3);
  const { commits, fetched } = repository;
  const without = (ref: string) => fetched(`want ${commits[2]}`, `deepen-not ${ref}`, "done");
  expect(without("refs/heads/main")).toEqual({
    said: ["shallow-info", `shallow ${commits[2]}`, "packfile"],
    objects: 4,
  });
  expect(without("refs/heads/other")).toEqual({
    said: ["shallow-info", "packfile"],
    objects: 3 * 3 + 1,
  });
});

test("a client of old that knows no side-band gets the pack as it is, and nothing behind it", async () => {
  using repository = await smallHistory(3);
  const { commits, answer } = repository;
  const lines = [packet(`want ${commits[2]}\n`), FLUSH, packet("done\n")];
  const bytes = answer(parseFetchV0(Buffer.concat(lines)), 0);
  expect(bytes.toString("latin1", 0, 12)).toBe("0008NAK\nPACK");
  const pack = bytes.subarray(8);
  expect(pack.readUInt32BE(8)).toBe(3 * 3 + 1);
  const sum = new Bun.CryptoHasher("sha1").update(pack.subarray(0, -20)).digest("hex");
  expect(pack.subarray(-20).toString("hex")).toBe(sum);
});
