/** `moon search` and `moon view` against a registry. Skipped where there is no `moon` that has them. */
import { expect, test } from "bun:test";
import { serve, succeed } from "../support/executable.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld } from "../support/world.ts";

const MOON = Bun.which("moon");
const knowsSearch =
  MOON !== null &&
  Bun.spawnSync([MOON, "search", "--help"], { stdout: "ignore", stderr: "ignore" }).exitCode === 0;

test.if(knowsSearch)(
  "moon finds and views modules",
  async () => {
    await using world = await createWorld();
    await succeed(["mirror", "--full"], { cwd: world.dir });
    await using server = await serve(world.dir);
    const home = tempDirectory("moon-home");
    const moon = async (...args: string[]) => {
      const child = Bun.spawn([MOON!, ...args], {
        cwd: home,
        env: { HOME: home, MOON_HOME: home, MOONCAKES_REGISTRY: server.url },
        stdout: "pipe",
        stderr: "pipe",
      });
      const text = await new Response(child.stdout).text();
      return { code: await child.exited, text };
    };
    expect(await moon("search", "parser", "--limit", "5")).toMatchObject({
      code: 0,
      text: expect.stringContaining("moonbitlang/parser@"),
    });
    expect(await moon("view", "moonbitlang/parser")).toMatchObject({
      code: 0,
      text: expect.stringContaining("Latest: "),
    });
    expect(await moon("view", "moonbitlang/parser", "--versions")).toMatchObject({ code: 0 });
    expect(await moon("view", "moonbitlang")).toMatchObject({
      code: 0,
      text: expect.stringContaining("moonbitlang/parser@"),
    });
    expect((await moon("view", "no-such/module")).code).not.toBe(0);
  },
  30_000,
);
