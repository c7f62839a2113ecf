/** The recipe of docs/backup.md, typed as it stands, with directories of ours for its own. */
import { expect, test } from "bun:test";
import { cpSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { succeed } from "../support/executable.ts";
import { writeModule } from "../support/module.ts";
import { recipe, section } from "../support/recipe.ts";
import { refsOf } from "../support/registry-state.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld } from "../support/world.ts";

const DOCUMENT = readFileSync(join(import.meta.dir, "../../docs/backup.md"), "utf8");
const SQLITE = Bun.which("sqlite3");

/** All commands of a part: ours by the executable, `cp` and `sqlite3` by a shell. */
function commands(heading: string): string[] {
  const blocks = [...section(DOCUMENT, heading).matchAll(/```sh\n([\s\S]*?)```/g)];
  return blocks.flatMap(([, block]) => block!.trim().split("\n"));
}

test.skipIf(SQLITE === null)("what the recipe backs up is restored, to the commit", async () => {
  await using world = await createWorld();
  const root = tempDirectory("backup");
  const publish = (dir: string, version: string) =>
    succeed(["-d", dir, "publish", writeModule({ version })], { cwd: root });
  await succeed(["mirror", "moonbitlang/x", "-q"], { cwd: world.dir });
  await succeed(["token", "create", "ci", "--scope", "read"], { cwd: world.dir });
  await publish(world.dir, "1.0.0");
  cpSync(world.dir, join(root, "team"), { recursive: true });
  const type = async (heading: string) => {
    for (const line of commands(heading)) {
      const local = line.replaceAll("/backup/", `${root}/`);
      const [words] = recipe(`\`\`\`sh\n${local}\n\`\`\``);
      if (words) await succeed(words, { cwd: root });
      else expect(Bun.spawnSync(["sh", "-c", local], { cwd: root }).exitCode).toBe(0);
    }
  };

  await type("While it runs");
  const all = refsOf(join(root, "team"));
  expect(refsOf(join(root, "restored"))).toEqual(all);
  expect(await succeed(["-d", "restored", "token", "list"], { cwd: root })).toContain("ci");
  await succeed(["-d", "restored", "sync"], { cwd: root });
  expect(refsOf(join(root, "restored"))["refs/heads/main"]).toBe(all["refs/heads/main"]!);

  await succeed(["init", "replica"], { cwd: root });
  await publish("team", "1.1.0");
  await succeed(["-d", "team", "export", "replica.bundle"], { cwd: root });
  await succeed(["-d", "replica", "import", "replica.bundle"], { cwd: root });
  await type("What came after the backup");
  const published = refsOf(join(root, "team"))["refs/heads/published"]!;
  expect(refsOf(join(root, "restored"))["refs/heads/published"]).toBe(published);

  rmSync(join(root, "registry.bundle"));
  renameSync(join(root, "replica.bundle"), join(root, "registry.bundle"));
  renameSync(join(root, "team", "data", "index"), join(root, "index-away"));
  await type("When only the index is damaged");
  expect(refsOf(join(root, "team"))["refs/heads/published"]).toBe(published);
  await succeed(["-d", "team", "verify"], { cwd: root });
});
