/** The real `moon` against a registry. Skipped where there is none on PATH. */
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serve, succeed } from "../support/executable.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld } from "../support/world.ts";

const MOON = Bun.which("moon");

test.if(MOON !== null)(
  "updates, adds and fetches, and updates again after a sync",
  async () => {
    await using world = await createWorld();
    const { dir, entries } = world;
    await world.publish(entries.filter(({ module }) => module !== "moonbitlang/async"));
    await succeed(["mirror", "moonbitlang/*"], { cwd: dir });
    await using server = await serve(dir);

    const home = tempDirectory("moon-home");
    const project = join(tempDirectory("project"), "app");
    mkdirSync(project);
    const manifest = { name: "demo/app", version: "0.1.0" };
    writeFileSync(join(project, "moon.mod.json"), JSON.stringify(manifest));
    const moon = async (...args: string[]) => {
      const child = Bun.spawn([MOON!, ...args], {
        cwd: project,
        env: {
          PATH: process.env.PATH ?? "",
          HOME: home,
          MOON_HOME: home,
          MOONCAKES_REGISTRY: server.url,
        },
        stdout: "pipe",
        stderr: "pipe",
      });
      const [stdout, stderr, code] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      return { code, text: stdout + stderr };
    };

    expect(await moon("update")).toMatchObject({ code: 0 });
    const index = join(home, "registry", "index", "user", "moonbitlang");
    expect(existsSync(join(index, "x.index"))).toBe(true);
    expect(existsSync(join(index, "async.index"))).toBe(false);

    // A module of the sample that needs others: its archives come from here.
    const added = await moon("add", "moonbitlang/parser");
    expect({ ...added, code: added.code }).toMatchObject({ code: 0 });
    expect(existsSync(join(project, ".mooncakes", "moonbitlang", "parser", "moon.mod.json"))).toBe(
      true,
    );

    await world.publish(entries);
    await succeed(["sync"], { cwd: dir });
    expect(await moon("update")).toMatchObject({ code: 0 });
    expect(existsSync(join(index, "async.index"))).toBe(true);
  },
  30_000,
);
