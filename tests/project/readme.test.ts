/** The README's quick start, typed as it stands, against a sample upstream in place of mooncakes.io. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execute, serve, succeed } from "../support/executable.ts";
import { recipe, section } from "../support/recipe.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld } from "../support/world.ts";

const README = readFileSync(join(import.meta.dir, "../../README.md"), "utf8");

test("the quick start does what it says, line by line", async () => {
  await using world = await createWorld();
  const { url, indexUrl } = world.upstream;
  const root = tempDirectory();
  let cwd = root;
  const ran: string[] = [];
  for (const words of recipe(section(README, "Quick start"))) {
    const [name, sub] = words;
    ran.push(name!);
    if (name === "serve") {
      await using server = await serve(cwd);
      expect((await fetch(`${server.url}/ready`)).status).toBe(200);
      continue;
    }
    const local = words.map((word) => word.replace(/^http:\/\/127\.0\.0\.1:9400/, url));
    expect(await execute(local, { cwd })).toMatchObject({ code: 0 });
    if (name === "init") cwd = join(root, words[1]!);
    if (name === "source" && sub === "add" && words.includes("--from-preset")) {
      await succeed(["config", "sources.mooncakes.index_url", indexUrl], { cwd });
      await succeed(["config", "sources.mooncakes.download_url", url], { cwd });
    }
  }
  expect(ran).toEqual(expect.arrayContaining(["init", "source", "mirror", "serve"]));
  const { stored } = JSON.parse(await succeed(["status", "--json"], { cwd }));
  expect(stored.versions).toBeGreaterThan(0);
});

test("every command that the help names is there, and the README names no other", async () => {
  const { stdout } = await execute(["--help"], { cwd: tempDirectory() });
  const known = [...stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)].map((match) => match[1]!);
  expect(known).toContain("mirror");
  for (const [, name] of README.matchAll(/(?:^|`)moonbit-registry ([a-z]+)/gm))
    expect(known).toContain(name!);
});
