import { afterAll, describe, expect, test } from "bun:test";
import { cpSync } from "node:fs";
import { join } from "node:path";
import type { SourceConfig } from "../../src/config/mod.ts";
import {
  checkReachable,
  createObjectBatch,
  createRepository,
  encodeCommit,
  type Oid,
  openObjectDatabase,
  readRef,
  writeRef,
} from "../../src/git/mod.ts";
import { packet } from "../../src/git/protocol/pkt-line.ts";
import { refreshGitIndex } from "../../src/sources/git.ts";
import { sourceRef } from "../../src/sources/mod.ts";
import { sourcePeer } from "../../src/sources/peer.ts";
import { git, hasGit } from "../support/git.ts";
import { gitHttpBackend } from "../support/git-http-backend.ts";
import { repositoryHandler } from "../support/git-server.ts";
import { tempDirectory } from "../support/temp.ts";
import { writeBomb, writeDeep } from "../support/tree-bomb.ts";
import {
  type Fault,
  sampleIndex,
  startUpstream,
  type Upstream,
  writeIndexRepository,
} from "../support/upstream/mod.ts";

interface Setting extends AsyncDisposable {
  readonly upstream: Upstream;
  readonly origin: string;
  readonly gitdir: string;
  readonly source: SourceConfig;
}

async function setting(): Promise<Setting> {
  const origin = join(tempDirectory(), "origin.git");
  await writeIndexRepository(origin, sampleIndex());
  const upstream = startUpstream({ archive: () => undefined, git: repositoryHandler(origin) });
  const gitdir = join(tempDirectory(), "index");
  await createRepository(gitdir);
  const source: SourceConfig = {
    name: "up",
    type: "custom",
    url: upstream.url,
    indexUrl: upstream.indexUrl,
    indexType: "git",
    downloadUrl: upstream.url,
    enabled: true,
    priority: 50,
  };
  return { upstream, origin, gitdir, source, [Symbol.asyncDispose]: () => upstream.stop() };
}

const refreshIndex = (gitdir: string, source: SourceConfig) =>
  refreshGitIndex(gitdir, sourcePeer(source));

const tipOf = (gitdir: string) => readRef(gitdir, "refs/heads/main");

test("the tip of an index comes with its tree and without its history", async () => {
  await using at = await setting();
  await writeIndexRepository(at.origin, sampleIndex().slice(1));
  expect(await refreshIndex(at.gitdir, at.source)).toEqual({
    tip: tipOf(at.origin)!,
    changed: true,
  });
  const objects = openObjectDatabase(at.gitdir);
  expect(objects.commit(tipOf(at.origin)!).parents).toEqual([]);
  expect(readRef(at.gitdir, sourceRef("up"))).toBe(tipOf(at.origin)!);
  objects.close();
});

test("nothing new costs one request", async () => {
  await using at = await setting();
  await refreshIndex(at.gitdir, at.source);
  at.upstream.forgetRequests();
  expect(await refreshIndex(at.gitdir, at.source)).toMatchObject({ changed: false });
  expect(at.upstream.requests).toHaveLength(1);
});

test("a change brings what changed, also when the history was rewritten", async () => {
  await using at = await setting();
  await refreshIndex(at.gitdir, at.source);
  await writeIndexRepository(at.origin, sampleIndex().slice(3));
  expect(await refreshIndex(at.gitdir, at.source)).toMatchObject({ changed: true });
  const other = join(tempDirectory(), "other.git");
  await writeIndexRepository(other, sampleIndex().slice(5));
  await using rewritten = startUpstream({
    archive: () => undefined,
    git: repositoryHandler(other),
  });
  const moved = { ...at.source, indexUrl: rewritten.indexUrl };
  expect(await refreshIndex(at.gitdir, moved)).toEqual({ tip: tipOf(other)!, changed: true });
});

test.each([
  ["all of it", []],
  ["its files", ["commit"]],
] as const)("an index that was lost but for its ref comes again: %s", async (_, kept) => {
  await using at = await setting();
  await writeIndexRepository(at.origin, sampleIndex().slice(3));
  const { tip } = await refreshIndex(at.gitdir, at.source);
  const whole = openObjectDatabase(at.gitdir);
  const left = join(tempDirectory(), "left");
  await createRepository(left);
  const batch = createObjectBatch(left, () => false);
  for (const type of kept) batch.add(type, whole.read(tip).data);
  await batch.write();
  await writeRef(left, sourceRef("up"), tip);
  whole.close();
  await writeIndexRepository(at.origin, sampleIndex());
  const { tip: next } = await refreshIndex(left, at.source);
  expect(next).toBe(tipOf(at.origin)!);
  const objects = openObjectDatabase(left);
  const problems: unknown[] = [];
  for (const _ of checkReachable(objects, new Map([["up", next]]), (each) => problems.push(each)));
  expect(problems).toEqual([]);
  objects.close();
});

test.each<[string, Fault]>([
  ["an error of the server's", { kind: "status", status: 503 }],
  ["a connection that breaks before the answer", { kind: "reset" }],
])("%s passes, for the list of refs and for the pack", async (_, fault) => {
  await using at = await setting();
  at.upstream.setFaults({ override: (_path, attempt) => (attempt <= 2 ? fault : undefined) });
  expect(await refreshIndex(at.gitdir, at.source)).toMatchObject({ changed: true });
  const asked = at.upstream.requests.map(({ path }) => path.split("/").at(-1));
  expect(asked.filter((name) => name === "refs")).toHaveLength(2 + 3);
  expect(asked.filter((name) => name === "git-upload-pack")).toHaveLength(3);
});

test.each([0.1, 0.5, 0.9])(
  "a pack that is cut after %d of it is not taken, and asked for again",
  async (part) => {
    await using at = await setting();
    const handle = repositoryHandler(at.origin);
    let cut = 0;
    await using cutting = startUpstream({
      archive: () => undefined,
      git: async (request) => {
        const response = await handle(request);
        if (request.method === "GET" || ++cut > 2) return response;
        const bytes = await response.bytes();
        const half = bytes.slice(0, Math.floor(bytes.length * part));
        if (cut === 1) return new Response(half);
        // Seen this time: the connection breaks.
        return new Response(
          new ReadableStream({
            async pull(controller) {
              controller.enqueue(half);
              await Bun.sleep(1);
              controller.error();
            },
          }),
        );
      },
    });
    const source = { ...at.source, indexUrl: cutting.indexUrl };
    expect(await refreshIndex(at.gitdir, source)).toMatchObject({ changed: true });
    expect(cut).toBe(3);
    expect(readRef(at.gitdir, sourceRef("up"))).toBe(tipOf(at.origin)!);
  },
);

test("who is not there is told of without delay, who refuses with the way out", async () => {
  await using at = await setting();
  const gone = { ...at.source, indexUrl: "http://127.0.0.1:1/git/index" };
  await expect(refreshIndex(at.gitdir, gone)).rejects.toMatchObject({
    code: "upstream",
    message: expect.stringContaining("source up cannot be reached"),
  });
  at.upstream.setFaults({ override: () => ({ kind: "status", status: 403 }) });
  await expect(refreshIndex(at.gitdir, at.source)).rejects.toMatchObject({ code: "denied" });
  at.upstream.setFaults({ override: () => ({ kind: "status", status: 404 }) });
  await expect(refreshIndex(at.gitdir, at.source)).rejects.toMatchObject({ code: "upstream" });
});

test("credentials are sent to the source's own origin, and nowhere else", async () => {
  await using at = await setting();
  await using elsewhere = await setting();
  process.env.TEST_TOKEN = "t0ken";
  const auth = { type: "bearer", token: `\${TEST_TOKEN}` } as const;
  await refreshIndex(at.gitdir, { ...at.source, auth });
  for (const { headers } of at.upstream.requests) {
    expect(headers.get("authorization")).toBe("Bearer t0ken");
  }
  const indexUrl = elsewhere.upstream.indexUrl;
  await refreshIndex(at.gitdir, { ...at.source, name: "two", auth, indexUrl });
  for (const { headers } of elsewhere.upstream.requests) {
    expect(headers.get("authorization")).toBeNull();
  }
});

/** The source's address, behind a server that puts something before its answer to a fetch. */
function prefixing(origin: string, prefix: Buffer): string {
  const handle = repositoryHandler(origin);
  return serve(async (request) => {
    const response = await handle(request);
    if (request.method === "GET") return response;
    return new Response(Buffer.concat([prefix, Buffer.from(await response.bytes())]));
  }).indexUrl;
}

const servers: Upstream[] = [];
afterAll(() => Promise.all(servers.map((server) => server.stop())));

function serve(git: (request: Request) => Promise<Response>): Upstream {
  const upstream = startUpstream({ archive: () => undefined, git });
  servers.push(upstream);
  return upstream;
}

test("a history that is here stays whole, whatever a server says of it", async () => {
  await using at = await setting();
  await refreshIndex(at.gitdir, at.source);
  // Its own: of two commits, as no source brings any.
  const own = openObjectDatabase(at.gitdir);
  const { tree } = own.commit(tipOf(at.origin)!);
  const batch = createObjectBatch(at.gitdir, own.has);
  const first = batch.add(
    "commit",
    encodeCommit({ tree, parents: [], time: 1, message: "1\n" }, "a <a@b>"),
  );
  const second = batch.add(
    "commit",
    encodeCommit({ tree, parents: [first], time: 2, message: "2\n" }, "a <a@b>"),
  );
  await batch.write();
  own.close();
  await writeIndexRepository(at.origin, sampleIndex().slice(1));
  const hostile = prefixing(at.origin, packet(`shallow ${second}\n`));
  await refreshIndex(at.gitdir, { ...at.source, indexUrl: hostile });
  const objects = openObjectDatabase(at.gitdir);
  expect(objects.commit(second).parents).toEqual([first]);
  objects.close();
  await writeIndexRepository(at.origin, sampleIndex().slice(2));
  const lying = prefixing(at.origin, packet(`shallow ${"a".repeat(40)}\n`));
  const refused = refreshIndex(at.gitdir, { ...at.source, indexUrl: lying });
  await expect(refused).rejects.toThrow("a commit that it does not send");
}, 20_000);

test("what is here already, with its history, is not asked for", async () => {
  await using at = await setting();
  await writeIndexRepository(at.origin, sampleIndex().slice(1));
  await writeIndexRepository(at.origin, sampleIndex());
  cpSync(join(at.origin, "objects"), join(at.gitdir, "objects"), { recursive: true });
  const tip = tipOf(at.origin)!;
  expect(await refreshIndex(at.gitdir, at.source)).toEqual({ tip, changed: true });
  expect(at.upstream.requests.map(({ method }) => method)).toEqual(["GET"]);
  const objects = openObjectDatabase(at.gitdir);
  expect(objects.commit(tip).parents).toHaveLength(1);
  objects.close();
});

test("sources that are fetched side by side all keep their cut", async () => {
  await using at = await setting();
  const origins = await Promise.all(
    Array.from({ length: 8 }, async (_, count) => {
      const origin = join(tempDirectory(), "origin.git");
      await writeIndexRepository(origin, sampleIndex().slice(count + 1));
      await writeIndexRepository(origin, sampleIndex().slice(count));
      return serve(repositoryHandler(origin));
    }),
  );
  const sources = origins.map(({ indexUrl }, count) => ({
    ...at.source,
    name: `up${count}`,
    indexUrl,
  }));
  const found = await Promise.all(sources.map((source) => refreshIndex(at.gitdir, source)));
  const objects = openObjectDatabase(at.gitdir);
  for (const { tip } of found) expect(objects.commit(tip).parents).toEqual([]);
  objects.close();
});

describe("an index that nobody could read is told as such, at once, and asked for once:", () => {
  test.each<[string, (gitdir: string) => Promise<Oid>, RegExp]>([
    ["of few trees that stand for countless files", (gitdir) => writeBomb(gitdir), /files/],
    ["of folders in folders", (gitdir) => writeDeep(gitdir, 1_000), /folders 64 deep/],
  ])(
    "%s",
    async (_, write, problem) => {
      await using at = await setting();
      const origin = join(tempDirectory(), "origin.git");
      await createRepository(origin);
      await writeRef(origin, "refs/heads/main", await write(origin));
      const upstream = serve(repositoryHandler(origin));
      const started = performance.now();
      const source = { ...at.source, indexUrl: upstream.indexUrl };
      const error = await refreshIndex(at.gitdir, source).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: "Failure", message: expect.stringMatching(problem) });
      expect(performance.now() - started).toBeLessThan(15_000);
      expect(upstream.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
    },
    20_000,
  );
});

test.if(hasGit)("a source may be a repository whose own history is cut", async () => {
  await using at = await setting();
  await writeIndexRepository(at.origin, sampleIndex().slice(1));
  await writeIndexRepository(at.origin, sampleIndex());
  const cut = join(tempDirectory(), "cut.git");
  await git(["clone", "-q", "--bare", "--depth", "1", `file://${at.origin}`, cut]);
  const { indexUrl } = serve(gitHttpBackend(cut));
  const { tip } = await refreshIndex(at.gitdir, { ...at.source, indexUrl });
  expect(tip).toBe(tipOf(at.origin)!);
  const peer = sourcePeer({ ...at.source, indexUrl });
  const other = join(tempDirectory(), "other");
  await createRepository(other);
  const shared = refreshGitIndex(other, peer, { history: true });
  await expect(shared).rejects.toThrow("its history is cut");
});
