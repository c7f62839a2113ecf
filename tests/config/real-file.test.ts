import { expect, test } from "bun:test";
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { realFile } from "../../src/config/real-file.ts";
import { tempDirectory } from "../support/temp.ts";

test.skipIf(process.platform === "win32")(
  "links are followed to the file, wherever they are",
  () => {
    const root = tempDirectory();
    mkdirSync(join(root, "real"));
    const file = join(root, "real", "file");
    writeFileSync(file, "x");
    symlinkSync("real", join(root, "folder"));
    symlinkSync("folder/file", join(root, "one"));
    symlinkSync(join(root, "one"), join(root, "real", "two"));
    for (const name of ["real/file", "folder/file", "one", "real/two", "folder/two"]) {
      expect(realFile(join(root, name))).toBe(realpathSync(file));
    }
    symlinkSync("circle", join(root, "circle"));
    expect(() => realFile(join(root, "circle"))).toThrow("ELOOP");
    expect(() => realFile(join(root, "none"))).toThrow("ENOENT");
  },
);

test("a file is found while another process puts new ones in its place", async () => {
  const file = join(tempDirectory(), "file");
  writeFileSync(file, "x");
  const script = `
    import { renameSync, writeFileSync } from "node:fs";
    const file = ${JSON.stringify(file)};
    for (let at = 0; ; at++) {
      writeFileSync(file + ".new", "x");
      renameSync(file + ".new", file);
      if (at === 100) console.log("writing");
    }`;
  const writer = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  await writer.stdout.getReader().read();
  try {
    for (let look = 0; look < 3_000; look++) realFile(file);
  } finally {
    writer.kill();
    await writer.exited;
  }
});
