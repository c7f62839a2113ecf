import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { writeConfig } from "../../src/config/write.ts";
import { canMount, createSmallDisk } from "../support/small-disk.ts";
import { tempDirectory } from "../support/temp.ts";

const hasDisk = await canMount();

describe("writeConfig", () => {
  test("replaces the text, keeps the permissions, leaves nothing else", () => {
    const dir = tempDirectory();
    const file = join(dir, "registry.toml");
    writeFileSync(file, "old");
    chmodSync(file, 0o640);
    writeConfig(file, "new");
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(dir)).toEqual(["registry.toml"]);
  });

  test.skipIf(process.getuid?.() !== 0)("leaves the file whose it was when root writes", () => {
    const file = join(tempDirectory(), "registry.toml");
    writeFileSync(file, "old");
    chmodSync(file, 0o600);
    chownSync(file, 12_345, 54_321);
    writeConfig(file, "new");
    const { uid, gid, mode } = statSync(file);
    expect([uid, gid, mode & 0o777]).toEqual([12_345, 54_321, 0o600]);
  });

  test("writes what a link points at", () => {
    const dir = tempDirectory();
    mkdirSync(join(dir, "real"));
    writeFileSync(join(dir, "real/team.toml"), "old");
    symlinkSync("real/team.toml", join(dir, "registry.toml"));
    writeConfig(join(dir, "registry.toml"), "new");
    expect(readlinkSync(join(dir, "registry.toml"))).toBe("real/team.toml");
    expect(readFileSync(join(dir, "real/team.toml"), "utf8")).toBe("new");
  });

  test.skipIf(!hasDisk)("says of a full disk what every command says", async () => {
    await using disk = await createSmallDisk(1);
    const file = join(disk.dir, "registry.toml");
    writeFileSync(file, "old");
    disk.leave(0);
    expect(() => writeConfig(file, "new".repeat(4096))).toThrow(
      expect.objectContaining({
        code: "io",
        message: expect.stringContaining(`cannot write ${file}: the disk is full (ENOSPC`),
        hint: expect.stringContaining("make room"),
      }),
    );
    expect(readFileSync(file, "utf8")).toBe("old");
  });

  test("fails by name when it cannot", () => {
    const file = join(tempDirectory(), "gone/registry.toml");
    expect(() => writeConfig(file, "new")).toThrow(expect.objectContaining({ code: "io" }));
  });

  test("a text that cannot take its place leaves nothing beside what is there", () => {
    const dir = tempDirectory();
    const file = join(dir, "registry.toml");
    mkdirSync(file);
    expect(() => writeConfig(file, "new")).toThrow(/^cannot write .*registry\.toml: .*\(E[A-Z]+: /);
    expect(readdirSync(dir)).toEqual(["registry.toml"]);
    expect(readdirSync(file)).toEqual([]);
  });
});
