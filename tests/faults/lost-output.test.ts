/** What is written and cannot be: a reader that ends, a disk that is full. The exit code says what came of the work. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { binary } from "../support/binary.ts";
import { execute, start, succeed } from "../support/executable.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld } from "../support/world.ts";

const X = "moonbitlang/x";

/** Runs it in a shell; `"$@"` is the program. Gives what the shell says, which tells the exit code. */
async function shell(script: string, cwd: string): Promise<string> {
  const { stdout, stderr } = await execute([], {
    cwd,
    command: () => ["/bin/sh", "-c", script, "sh", binary()],
    env: { PATH: "/usr/bin:/bin" },
  });
  return `${stdout}${stderr}`;
}

async function registry(): Promise<string> {
  const dir = tempDirectory();
  await succeed(["init", "."], { cwd: dir });
  return dir;
}

describe("a reader that has enough", () => {
  test("ends work that is under way, and the exit code tells", async () => {
    await using world = await createWorld({ faults: { latencyMs: 20 } });
    for (const output of ["--json", "2>&1"]) {
      const script = `{ "$@" mirror ${X} -j 1 ${output}; echo "exit $?" >&3; } 3>&2 | head -n 1 >&2`;
      expect(await shell(script, world.dir)).toEndWith("exit 141\n");
    }
    // It can be done again, and nobody is in its way.
    await succeed(["mirror", X, "--strict"], { cwd: world.dir });
  });

  test("changes nothing about how work ended", async () => {
    const dir = await registry();
    const after = (words: string) => shell(`{ "$@" ${words}; echo "exit $?" >&2; } | true`, dir);
    expect(await after("config --json")).toBe("exit 0\n");
    expect(await after("config nonsense 2>/dev/null")).toBe("exit 2\n");
  });

  test("of its log does not end a server", async () => {
    const dir = await registry();
    const child = start(["serve", "--port", "0"], { cwd: dir });
    const reader = child.stderr.getReader();
    let said = "";
    while (!/http:\/\/[\d.]+:\d+/.test(said)) {
      const { value } = await reader.read();
      said += new TextDecoder().decode(value);
    }
    const [url] = /http:\/\/[\d.]+:\d+/.exec(said)!;
    await reader.cancel();
    // Each request is a line of the log, and lines are written together, every 50 ms.
    for (const until = performance.now() + 200; performance.now() < until; ) {
      expect((await fetch(`${url}/health`)).status).toBe(200);
    }
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  });
});

test.skipIf(!existsSync("/dev/full"))("what cannot be written is told", async () => {
  const dir = await registry();
  for (const words of ["config --json", "status", "token create ci", "--help", "mirror --help"]) {
    const said = await shell(`"$@" ${words} > /dev/full; echo "exit $?"`, dir);
    expect(said).toStartWith("exit 1\n");
    expect(said).toEndWith("error: cannot write output: ENOSPC\n");
  }
  // Messages that cannot be kept are no reason to fail.
  expect(await shell('"$@" status 2> /dev/full > status; echo "exit $?"', dir)).toBe("exit 0\n");
});
