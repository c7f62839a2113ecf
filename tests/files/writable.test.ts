import { expect, test } from "bun:test";
import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isWritable } from "../../src/files/mod.ts";
import { canMount } from "../support/small-disk.ts";
import { tempDirectory } from "../support/temp.ts";

const isRoot = process.getuid?.() === 0;

/** By a read-only mount for root, to whom permissions mean nothing; else by permissions. */
async function closed(): Promise<{ dir: string } & AsyncDisposable> {
  const dir = tempDirectory("closed");
  if (isRoot) await Bun.$`mount --bind ${dir} ${dir} && mount -o remount,ro,bind ${dir}`.quiet();
  else chmodSync(dir, 0o555);
  return {
    dir,
    async [Symbol.asyncDispose]() {
      if (isRoot) await Bun.$`umount ${dir}`.quiet();
      else chmodSync(dir, 0o755);
    },
  };
}

/** As this system is asked, and as Windows is, where only trying tells. */
for (const platform of ["linux", "win32"]) {
  test(`a directory that may be written is told from what is none (${platform})`, () => {
    const dir = tempDirectory("open");
    expect(isWritable(dir, platform)).toBe(true);
    expect(isWritable(join(dir, "not", "there"), platform)).toBe(true);
    expect(readdirSync(dir)).toEqual([]);
    // Windows says only that there is nothing.
    if (process.platform === "win32") return;
    writeFileSync(join(dir, "file"), "");
    expect(isWritable(join(dir, "file", "below"), platform)).toBe(false);
  });

  test.skipIf(process.platform === "win32" || (isRoot && !(await canMount())))(
    `a medium that is read-only is noticed (${platform})`,
    async () => {
      await using medium = await closed();
      expect(isWritable(medium.dir, platform)).toBe(false);
      expect(isWritable(join(medium.dir, "data"), platform)).toBe(false);
    },
  );
}
