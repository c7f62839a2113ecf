import { expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { takeExclusive } from "../../src/files/mod.ts";
import { tempDirectory } from "../support/temp.ts";

const EXCLUSIVE = join(import.meta.dir, "../../src/files/mod.ts");

test("there is one holder at a time, and the file stays empty", () => {
  const dir = tempDirectory();
  const path = join(dir, "lock");
  const release = takeExclusive(path)!;
  expect(takeExclusive(path)).toBeUndefined();
  release();
  takeExclusive(path)!();
  expect(readFileSync(path, "utf8")).toBe("");
  expect(readdirSync(dir)).toEqual(["lock"]);
});

test("another process's holding is waited for, and ends with the process", async () => {
  const path = join(tempDirectory(), "lock");
  const script = `
    import { takeExclusive } from "${EXCLUSIVE}";
    const release = takeExclusive("${path}");
    console.log("held");
    setTimeout(release, 60_000);
  `;
  await using child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  const reader = child.stdout.getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe("held\n");
  expect(takeExclusive(path)).toBeUndefined();
  expect(takeExclusive(path, { waitMs: 50 })).toBeUndefined();
  // Ends while it is waited for: the wait stands still, so somebody else has to end it.
  Bun.spawn(["/bin/sh", "-c", `kill -9 ${child.pid}`]);
  takeExclusive(path, { waitMs: 20_000 })!();
});

test("what is not there is made only when that is wanted", () => {
  const path = join(tempDirectory(), "lock");
  expect(() => takeExclusive(path, { create: false })).toThrow("unable to open");
  expect(() => takeExclusive(join(path, "no", "where"))).toThrow("ENOENT");
  mkdirSync(path);
  expect(() => takeExclusive(path)).toThrow();
});

test.skipIf(process.getuid?.() !== 0)("what root makes is for the directory's owner", () => {
  const dir = tempDirectory();
  chownSync(dir, 12_345, 54_321);
  takeExclusive(join(dir, "lock"))!();
  const { uid, gid } = statSync(join(dir, "lock"));
  expect([uid, gid]).toEqual([12_345, 54_321]);
});

// Root may write anything that is not on a read-only medium.
test.skipIf(process.getuid?.() === 0 && Bun.which("setpriv") === null)(
  "what may only be read is nobody's to hold",
  async () => {
    const dir = tempDirectory();
    const path = join(dir, "lock");
    writeFileSync(path, "");
    chmodSync(path, 0o444);
    chmodSync(dir, 0o755);
    const script = `
      import { takeExclusive } from "${EXCLUSIVE}";
      try { console.log(takeExclusive("${path}")); } catch (error) { console.log(error.code); }
    `;
    const drop =
      process.getuid?.() === 0 ? ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] : [];
    const child = Bun.spawn([...drop, process.execPath, "-e", script], {
      stdout: "pipe",
    });
    expect(await child.stdout.text()).toBe("EACCES\n");
  },
);
