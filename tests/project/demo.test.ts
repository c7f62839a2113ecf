/** `npm run demo -- --once`, with the executable that is under test. */
import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { tempDirectory } from "../support/temp.ts";

const DEMO = join(import.meta.dir, "..", "..", "demo", "demo.ts");

async function demo(args: readonly string[], env: Record<string, string>) {
  const scratch = tempDirectory("demo");
  const child = Bun.spawn([process.execPath, DEMO, ...args], {
    env: { MOONBIT_REGISTRY_BIN: binary(), TMPDIR: scratch, HOME: tempDirectory("home"), ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  return { code, stdout, stderr, left: readdirSync(scratch) };
}

test.each([
  ["git", process.env.PATH ?? ""],
  ["nothing on its PATH", ""],
])(
  "the demo with %s proves the main job and leaves nothing behind",
  async (_, PATH) => {
    const { code, stdout, left } = await demo(["--once"], { PATH });
    const [, promised] = /^index says {2}([0-9a-f]{64})$/m.exec(stdout) ?? [];
    expect(promised).toBeString();
    expect(stdout).toContain(`bytes hash  ${promised}\n`);
    expect(code).toBe(0);
    expect(left).toEqual([]);
  },
  30_000,
);

test("the demo fails when a step does", async () => {
  const { code, stderr, left } = await demo(["--once"], { MOONBIT_REGISTRY_BIN: "/bin/false" });
  expect(code).toBe(1);
  expect(stderr).toContain("The demo failed: moonbit-registry init exited with 1");
  expect(left).toEqual([]);
});
