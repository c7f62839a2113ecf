/** Whether a repository names a commit, asked of real ones and of what is none. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { repositoryHasCommit, repositoryUrlProblem } from "../../src/sources/mod.ts";
import { git, hasGit } from "../support/git.ts";
import { gitHttpBackend } from "../support/git-http-backend.ts";
import { repositoryHandler, serveHandler } from "../support/git-server.ts";
import { tempDirectory } from "../support/temp.ts";

const ANY = { hosts: [] };
const ABSENT = "ab".repeat(20);

/** A repository whose branch, plain tag and annotated tag are at three commits, and one that no ref is at. */
async function repository() {
  const work = tempDirectory("work");
  const bare = join(tempDirectory("bare"), "core.git");
  await git(["init", "-q", "-b", "main", work]);
  const commits: string[] = [];
  for (let at = 0; at < 4; at++) {
    await git(["-C", work, "commit", "-q", "--allow-empty", "-m", `${at}`]);
    commits.push(await git(["-C", work, "rev-parse", "HEAD"]));
  }
  const [unnamed = "", tagged = "", annotated = "", tip = ""] = commits;
  await git(["-C", work, "tag", "plain", tagged]);
  await git([
    "-C",
    work,
    "tag",
    "-a",
    "-m",
    "words",
    "knitpkg-registry/0123456789abcdef",
    annotated,
  ]);
  await git(["clone", "-q", "--bare", work, bare]);
  return { bare, unnamed, tagged, annotated, tip };
}

describe.if(hasGit)("a commit is found", () => {
  test("where a branch or a tag is at it, annotated or not, by git's own server", async () => {
    const { bare, unnamed, tagged, annotated, tip } = await repository();
    using server = serveHandler(gitHttpBackend(bare));
    for (const commit of [tip, tagged, annotated]) {
      expect(await repositoryHasCommit(server.url, commit, ANY)).toBe(true);
    }
    for (const commit of [unnamed, ABSENT]) {
      expect(await repositoryHasCommit(server.url, commit, ANY)).toBe(false);
    }
  });

  test("by a server of the smallest kind too", async () => {
    const { bare, tip } = await repository();
    using server = serveHandler(repositoryHandler(bare));
    expect(await repositoryHasCommit(server.url, tip, ANY)).toBe(true);
    expect(await repositoryHasCommit(server.url, ABSENT, ANY)).toBe(false);
  });

  test("behind a redirect, on a host that may be asked", async () => {
    const { bare, tip } = await repository();
    using server = serveHandler(gitHttpBackend(bare));
    const { pathname, search } = new URL(server.url);
    using moved = serveHandler(async (request) => {
      const { search } = new URL(request.url);
      return Response.redirect(`${server.url}/info/refs${search}`, 302);
    });
    expect([pathname, search]).toEqual(["/git/index", ""]);
    expect(await repositoryHasCommit(moved.url, tip, ANY)).toBe(true);
    expect(await repositoryHasCommit(moved.url, tip, { hosts: ["127.0.0.1"] })).toBe(true);
  });
});

describe("what is no repository is told of, and nothing that it said", () => {
  const SECRET = "instance-credentials";
  const cases: [string, (request: Request) => Promise<Response>][] = [
    ["a page", async () => new Response(SECRET)],
    ["an error", async () => new Response(SECRET, { status: 500 })],
    ["nothing", async () => new Response("", { status: 404 })],
  ];
  for (const [what, handle] of cases) {
    test(what, async () => {
      using server = serveHandler(handle);
      const asked = repositoryHasCommit(server.url, ABSENT, ANY);
      expect(asked).rejects.toMatchObject({ code: "upstream" });
      const message = await asked.catch(String);
      expect(message).toContain("repo_url: ");
      expect(message).not.toContain(SECRET);
    });
  }

  test("a host that is not there", async () => {
    const asked = repositoryHasCommit("http://127.0.0.1:1/core.git", ABSENT, ANY);
    expect(asked).rejects.toMatchObject({ code: "upstream" });
  });

  test("one that never answers, or never ends", async () => {
    using silent = serveHandler(() => new Promise(() => undefined));
    const limits = { hosts: [], timeoutMs: 100 };
    expect(repositoryHasCommit(silent.url, ABSENT, limits)).rejects.toMatchObject({
      code: "timeout",
    });
    using endless = serveHandler(async () => {
      const packet = (text: string) => (text.length + 4).toString(16).padStart(4, "0") + text;
      const ref = `${ABSENT.replaceAll("a", "c")} refs/heads/${"x".repeat(900)}`;
      const begin = `001e# service=git-upload-pack\n0000${packet(`${ref}\0agent=x\n`)}`;
      const chunks = [begin, packet(`${ref}\n`).repeat(1_000)].map((each) => Buffer.from(each));
      return new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(chunks.length > 1 ? chunks.shift() : chunks[0]),
        }),
        { headers: { "content-type": "application/x-git-upload-pack-advertisement" } },
      );
    });
    const asked = repositoryHasCommit(endless.url, ABSENT, ANY);
    expect(asked).rejects.toMatchObject({ code: "upstream" });
    expect(await asked.catch(String)).toMatch(/repo_url: .* is over \d+ bytes/);
  });
});

describe("only hosts that the settings name are asked, where they name any", () => {
  test("neither at first", async () => {
    using server = serveHandler(async () => new Response(""));
    const asked = repositoryHasCommit(server.url, ABSENT, { hosts: ["git.example"] });
    expect(asked).rejects.toMatchObject({
      code: "invalid",
      message: "repo_url: 127.0.0.1 is not asked by this registry",
    });
    await asked.catch(() => undefined);
    expect(server.requests).toEqual([]);
  });

  test("nor by a redirect", async () => {
    using inner = serveHandler(async () => new Response(""));
    const port = new URL(inner.url).port;
    using outer = serveHandler(async () => Response.redirect(`http://localhost:${port}/x`, 302));
    const asked = repositoryHasCommit(outer.url, ABSENT, { hosts: ["127.0.0.1"] });
    expect(asked).rejects.toMatchObject({ code: "invalid" });
    await asked.catch(() => undefined);
    expect(inner.requests).toEqual([]);
  });
});

test("an address is http or https, and nothing that another program could take for more", () => {
  const good = [
    "https://github.com/acme/core.git",
    "http://git.local:3000/~ann/core",
    "HTTPS://a.b/c",
  ];
  const bad = [
    "ext::sh -c id",
    "git@github.com:acme/core.git",
    "ssh://git@github.com/acme/core.git",
    "file:///etc/passwd",
    "/srv/git/core.git",
    "--upload-pack=id",
    "https://user:password@git.example/a",
    "https://git.example/a?b",
    "https://git.example/a#b",
    "https://git.example/$(id)",
    "https://git.example/a\nb",
    "https://git.example/é",
    "https://",
    "",
  ];
  for (const url of good) expect([url, repositoryUrlProblem(url)]).toEqual([url, undefined]);
  for (const url of bad) expect([url, typeof repositoryUrlProblem(url)]).toEqual([url, "string"]);
});
