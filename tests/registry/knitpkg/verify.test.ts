/** A registration asks its repository for the commit, unless it is told not to. */
import { expect, test } from "bun:test";
import type { Visitor } from "../../../src/registry/mod.ts";
import { git, hasGit, makeIndexRepository } from "../../support/git.ts";
import { repositoryHandler, serveHandler } from "../../support/git-server.ts";
import {
  body,
  newKnitPkg,
  newRegistry,
  OTHER_COMMIT,
  openKnitPkg,
  person,
} from "../../support/knitpkg.ts";

const ANN = person("ann");
const EVE = person("eve");

test.if(hasGit)("what is there is kept as verified, what is not is refused", async () => {
  const gitdir = await makeIndexRepository([{ "a/b": ["{}"] }]);
  const commit = await git(["-C", gitdir, "rev-parse", "main"]);
  using server = serveHandler(repositoryHandler(gitdir));
  const knitpkg = await newKnitPkg("");
  const wanted = body({ repo_url: server.url, commit_hash: commit.toUpperCase() });
  const { release } = await knitpkg.register(wanted, ANN);
  expect([release.commitHash, release.verified]).toEqual([commit, true]);

  const other = body({ repo_url: server.url, commit_hash: OTHER_COMMIT, version: "1.1.0" });
  const attempt = knitpkg.register(other, ANN);
  expect(attempt).rejects.toMatchObject({
    code: "invalid",
    message: `commit_hash: no branch or tag of ${server.url} is at ${OTHER_COMMIT}`,
  });
  await attempt.catch(() => undefined);

  const gone = body({ repo_url: "http://127.0.0.1:1/x.git", version: "1.1.0" });
  expect(knitpkg.register(gone, ANN)).rejects.toMatchObject({ code: "upstream" });
});

test("what would be refused anyway makes the server ask nobody", async () => {
  using server = serveHandler(async () => new Response("", { status: 404 }));
  const registry = await newRegistry();
  await openKnitPkg(registry).register(body({ repo_url: server.url }), ANN);
  const { config } = registry;
  const strict = openKnitPkg({
    ...registry,
    config: { ...config, knitpkg: { ...config.knitpkg, verifyCommits: true } },
  });
  const attempt = async (changes: object, who: Visitor) =>
    await strict
      .register(body({ repo_url: server.url, version: "2.0.0", ...changes }), who)
      .then(() => "registered", String);
  expect(await attempt({}, EVE)).toContain("belongs to others");
  expect(await attempt({}, person("ann", { mayPublish: () => false }))).toContain(
    "may not publish",
  );
  expect(await attempt({ dependencies: { none: "*" } }, ANN)).toContain("is not registered");
  expect(await attempt({ version: "1.0.0", commit_hash: OTHER_COMMIT }, ANN)).toContain("another");
  expect(await attempt({ version: "1.0.0" }, ANN)).toBe("registered");
  expect(server.requests).toEqual([]);
});
