import { expect, test } from "bun:test";
import { join } from "node:path";
import {
  createObjectBatch,
  createRepository,
  encodeCommit,
  openObjectDatabase,
  readRef,
  writeRef,
} from "../../src/git/mod.ts";
import {
  appendOwner,
  followProjects,
  type NewFile,
  organizationPath,
  parsePerson,
  projectPath,
  replaceFiles,
} from "../../src/projects/mod.ts";
import { tempDirectory } from "../support/temp.ts";

const REF = "refs/heads/knitpkg";

async function repository() {
  const gitdir = join(tempDirectory("projects"), "index");
  await createRepository(gitdir);
  const objects = openObjectDatabase(gitdir);
  let time = 1;
  const commit = async (files: NewFile[]) => {
    const parent = readRef(gitdir, REF);
    const batch = createObjectBatch(gitdir, objects.has);
    const tree = replaceFiles(batch, objects, parent && objects.commit(parent).tree, files);
    const parents = parent === undefined ? [] : [parent];
    const oid = batch.add(
      "commit",
      encodeCommit({ tree, parents, time: time++, message: "x\n" }, "a <a@b>"),
    );
    await batch.write();
    await writeRef(gitdir, REF, oid);
  };
  return { gitdir, objects, commit };
}

const name = (organization: string, name: string, target = "mql5") => ({
  target,
  organization,
  name,
});

const fileOf = (path: string[], version: string): NewFile => ({
  path,
  data: Buffer.from(
    `${JSON.stringify({
      version,
      commit_hash: "ab".repeat(20),
      repo_url: "https://git.example/x",
      created_at: "2026-01-02T03:04:05.000Z",
      is_private: false,
    })}\n`,
  ),
});

test("each commit is seen whole, and what it did not change is the same object as before", async () => {
  const { gitdir, objects, commit } = await repository();
  const now = followProjects(gitdir, REF, objects);
  expect(now()).toBeUndefined();
  await commit([
    fileOf(projectPath(name("acme", "core")), "1.0.0"),
    fileOf(projectPath(name("acme", "base")), "1.0.0"),
    {
      path: organizationPath("acme"),
      data: appendOwner(Buffer.alloc(0), parsePerson("local:ann"), "2026-01-02T03:04:05.000Z"),
    },
  ]);
  const core = now()?.project(name("acme", "core"));
  expect(core?.releases[0]?.version).toBe("1.0.0");
  expect(now()?.organization("acme")?.owner).toEqual({ provider: "local", username: "ann" });
  expect(now()?.project(name("acme", "none"))).toBeUndefined();
  expect(now()?.project(name("none", "core"))).toBeUndefined();
  expect(now()?.project(name("acme", "core", "mql4"))).toBeUndefined();

  await commit([fileOf(projectPath(name("acme", "base")), "2.0.0")]);
  expect(now()?.project(name("acme", "core"))).toBe(core!);
  expect(now()?.project(name("acme", "base"))?.releases[0]?.version).toBe("2.0.0");
});

test("projects with equal files keep their own names", async () => {
  const { gitdir, objects, commit } = await repository();
  const names = [name("acme", "a"), name("acme", "b"), name("beta", "a")];
  await commit(names.map((each) => fileOf(projectPath(each), "1.0.0")));
  const projects = followProjects(gitdir, REF, objects)()!;
  expect(projects.all("mql5").map(({ organization, name }) => `${organization}/${name}`)).toEqual([
    "acme/a",
    "acme/b",
    "beta/a",
  ]);
  expect(projects.all("mql4")).toEqual([]);
});

test("names that could walk out of their folder find nothing", async () => {
  const { gitdir, objects, commit } = await repository();
  await commit([fileOf(projectPath(name("acme", "core")), "1.0.0")]);
  const projects = followProjects(gitdir, REF, objects)()!;
  expect(projects.project(name("..", "core"))).toBeUndefined();
  expect(projects.project(name("acme", "../acme/core"))).toBeUndefined();
});
