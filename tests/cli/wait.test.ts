import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { interruptible } from "../../src/cli/interrupt.ts";
import { createOutput } from "../../src/cli/output.ts";
import { waiting } from "../../src/cli/wait.ts";
import { withLock } from "../../src/registry/lock.ts";
import { CLI, CLI_ENV, run } from "../support/cli.ts";
import { tempDirectory } from "../support/temp.ts";

async function registry(): Promise<{ cwd: string; lock: string }> {
  const cwd = tempDirectory("wait");
  await run(["init", "."], { cwd });
  mkdirSync(join(cwd, "data"), { recursive: true });
  return { cwd, lock: join(cwd, "data", "fetching") };
}

test("a command that is told to wait begins when the other has ended", async () => {
  const { cwd, lock } = await registry();
  const ended = Promise.withResolvers<void>();
  const other = withLock(lock, "mirror", () => ended.promise);
  const child = Bun.spawn([...CLI, "gc", "--wait", "10m"], {
    cwd,
    env: CLI_ENV,
    stdout: "pipe",
    stderr: "pipe",
  });
  let said = "";
  for await (const chunk of child.stderr) {
    said += new TextDecoder().decode(chunk);
    if (said.includes("waiting for its end")) ended.resolve();
  }
  expect([await child.exited, said]).toEqual([0, expect.stringContaining("(mirror, since")]);
  await other;
}, 20_000);

test("one Ctrl-C ends it while the lock is waited for", async () => {
  const { lock } = await registry();
  const out = createOutput({ json: true, quiet: true, verbose: false, color: false });
  await withLock(lock, "mirror", async () => {
    let tries = 0;
    const work = waiting(out, "10m", () => {
      tries++;
      return interruptible("", () => withLock(lock, "sync", async () => {}));
    });
    process.emit("SIGINT");
    await expect(work).rejects.toEqual(expect.objectContaining({ code: "interrupted" }));
    expect(tries).toBe(1);
  });
}, 20_000);

test.each(["mirror", "sync", "gc"])(
  "one Ctrl-C ends a %s between two tries, and is told",
  async (name) => {
    const { cwd, lock } = await registry();
    await withLock(lock, "import", async () => {
      const words = name === "mirror" ? [name, "demo/app"] : [name];
      const child = Bun.spawn([...CLI, ...words, "--wait", "10m"], {
        cwd,
        env: CLI_ENV,
        stdout: "ignore",
        stderr: "pipe",
      });
      let said = "";
      for await (const chunk of child.stderr) {
        said += new TextDecoder().decode(chunk);
        if (said.endsWith("waiting for its end\n")) child.kill("SIGINT");
      }
      expect([await child.exited, said]).toEqual([
        130,
        expect.stringMatching(/^error: interrupted$/m),
      ]);
    });
  },
  20_000,
);

test("waiting ends when its time is over, and a time that is none is refused", async () => {
  const { cwd, lock } = await registry();
  await withLock(lock, "mirror", async () => {
    const { code, stderr } = await run(["gc", "--wait", "1s"], { cwd });
    expect([code, stderr]).toEqual([1, expect.stringContaining("is being written by process")]);
  });
  for (const words of [["mirror", "a/b"], ["sync"], ["gc"]]) {
    const { code, stderr } = await run([...words, "--wait", "long"], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining("--wait wants a time such as")]);
  }
}, 20_000);
