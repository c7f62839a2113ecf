/** `org`: who may register in an organization's name, by the operator's hand. */
import { expect, test } from "bun:test";
import { dirname } from "node:path";
import { run } from "../support/cli.ts";
import { body, CORE, newRegistry, openKnitPkg, person } from "../support/knitpkg.ts";

test("the operator lists members, lets them in and out, and a server goes by it", async () => {
  const registry = await newRegistry();
  const cwd = dirname(registry.config.file);
  const knitpkg = openKnitPkg(registry);
  const bob = person("bob", { person: { provider: "github", username: "bob", id: "9" } });
  await knitpkg.register(body(), person("ann"));

  expect(await run(["org", "members", "acme"], { cwd })).toMatchObject({
    code: 0,
    stdout: "local:ann  owner\n",
  });
  expect(await run(["org", "add", "acme", "github:bob"], { cwd })).toMatchObject({
    code: 0,
    stdout: "github:bob now registers for acme\n",
  });
  await knitpkg.register(body({ version: "1.1.0" }), bob);
  const listed = await run(["org", "members", "acme", "--json"], { cwd });
  expect(JSON.parse(listed.stdout)).toEqual({
    organization: "acme",
    owner: "local:ann",
    members: ["github:bob"],
  });
  const removed = await run(["org", "remove", "acme", "github:bob", "--json"], { cwd });
  expect(JSON.parse(removed.stdout)).toEqual({
    organization: "acme",
    member: "github:bob",
    changed: true,
  });
  expect(await run(["org", "remove", "acme", "github:bob"], { cwd })).toMatchObject({
    code: 0,
    stdout: "github:bob is no member of acme\n",
  });
  expect(knitpkg.register(body({ version: "1.2.0" }), bob)).rejects.toMatchObject({
    code: "forbidden",
  });
  expect(knitpkg.project(CORE, undefined).releases).toHaveLength(2);
  const log = await Bun.file(registry.paths.audit).text();
  expect(log).toContain('"what":"knitpkg add member","target":"acme: github:bob"');
});

test("what cannot be is told in two lines, with what to do next", async () => {
  const { config } = await newRegistry();
  const cwd = dirname(config.file);
  for (const args of [
    ["org", "members", "acme"],
    ["org", "add", "acme", "ann"],
  ]) {
    const { code, stderr } = await run(args, { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain("there is no organization acme");
    expect(stderr).toContain("when somebody registers its first project");
  }
});
