/** The recipe of docs/air-gap.md, typed as it stands, with directories of ours for its media. */
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execute, succeed } from "../support/executable.ts";
import { archivesOf, refsOf } from "../support/registry-state.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld } from "../support/world.ts";

const RECIPE = readFileSync(join(import.meta.dir, "../../docs/air-gap.md"), "utf8");

/** The words behind the program's name of each line that is one command. */
function commands(): string[][] {
  return [...RECIPE.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => block!.split("\n"))
    .filter((line) => line.startsWith("moonbit-registry ") && !line.includes(" | "))
    .map((line) =>
      line
        .replace(/#.*/, "")
        .replace(/ && .*/, "")
        .trim()
        .split(/ +/)
        .slice(1),
    );
}

const OUTSIDE = new Set(["export", "key"]);

test("what the recipe says works, in its order", async () => {
  await using world = await createWorld();
  await succeed(["mirror", "moonbitlang/*", "-q"], { cwd: world.dir });
  const island = tempDirectory("island");
  const drive = join(tempDirectory("drive"), "packages/");
  const ran: string[] = [];
  for (const words of commands()) {
    const [name] = words as [string];
    if (name === "serve") continue;
    const isOutside = OUTSIDE.has(name);
    if (name === "init") mkdirSync(island, { recursive: true });
    const args = words.map((word) => {
      if (word.startsWith("/media/drive/packages")) return drive;
      const file = word.replace("/media/stick/", "");
      if (isOutside) return file;
      if (name === "init" && word === "packages") return ".";
      return /\.(?:bundle|pub)$/.test(file) ? join(world.dir, file) : file;
    });
    await succeed(args, { cwd: isOutside ? world.dir : island });
    ran.push(name);
  }
  expect(ran).toEqual(expect.arrayContaining(["export", "import", "key", "verify", "gc"]));
  expect(archivesOf(island).length).toBeGreaterThan(0);
  await succeed(["import", drive], { cwd: island });
  const { code } = await execute(["verify"], { cwd: island });
  expect([code, refsOf(island)["refs/remotes/up/main"]]).toEqual([
    0,
    refsOf(world.dir)["refs/remotes/up/main"],
  ]);
});
