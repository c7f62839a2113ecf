import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TARGETS } from "../../scripts/targets.ts";
import { checksums, EXECUTABLES, openExecutables } from "../../src/distribution/mod.ts";
import { executableFor } from "../../src/distribution/targets.ts";
import { tempDirectory } from "../support/temp.ts";

const sha256 = (text: string) => Bun.SHA256.hash(text, "hex");
const LINUX = "moonbit-registry-linux-x64";
const MAC = "moonbit-registry-macos-arm64";

function directory(files: Readonly<Record<string, string>>): string {
  const dir = tempDirectory("dist");
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

describe("the executables that are handed out", () => {
  test("are those that a release has", () => {
    expect([...EXECUTABLES].sort()).toEqual(TARGETS.map(({ file }) => file).sort());
    expect(executableFor({ platform: "linux", arch: "arm64", musl: true })).toBe(
      "moonbit-registry-linux-arm64-musl",
    );
    expect(executableFor({ platform: "win32", arch: "x64", musl: false })).toBe(
      "moonbit-registry-windows-x64.exe",
    );
    expect(executableFor({ platform: "sunos", arch: "x64", musl: false })).toBeUndefined();
    expect(executableFor({ platform: "win32", arch: "arm64", musl: false })).toBeUndefined();
  });

  test("come from directories, and the one that runs stands in for a missing one", async () => {
    const dir = directory({ [LINUX]: "linux", "other.txt": "secret" });
    const path = join(directory({ program: "own" }), "program");
    const all = openExecutables([join(dir, "missing"), dir], { name: MAC, path });
    expect(all.list().map(({ name }) => name)).toEqual([LINUX, MAC]);
    expect(await checksums(all)).toBe(`${sha256("linux")}  ${LINUX}\n${sha256("own")}  ${MAC}\n`);
    const both = openExecutables([dir], { name: LINUX, path });
    expect(both.find(LINUX)?.path).toBe(join(dir, LINUX));
  });

  test("have the hash that their list says, so that a damaged one is found out", async () => {
    const dir = directory({ [LINUX]: "damaged", [MAC]: "mac" });
    writeFileSync(join(dir, "SHA256SUMS"), `${sha256("whole")} *${LINUX}\r\n`);
    const all = openExecutables([dir], undefined);
    expect(await all.find(LINUX)?.sha256()).toBe(sha256("whole"));
    expect(await all.find(MAC)?.sha256()).toBe(sha256("mac"));
  });

  test("are hashed anew when they change", async () => {
    const dir = directory({ [LINUX]: "one" });
    const all = openExecutables([dir], undefined);
    expect(await all.find(LINUX)?.sha256()).toBe(sha256("one"));
    writeFileSync(join(dir, LINUX), "another");
    expect(await all.find(LINUX)?.sha256()).toBe(sha256("another"));
  });

  test("are nothing else that lies there", () => {
    const dir = directory({ "other.txt": "secret", "registry.toml": "" });
    mkdirSync(join(dir, LINUX));
    const all = openExecutables([dir], undefined);
    for (const name of ["other.txt", "../registry.toml", "registry.toml", "", ".", LINUX]) {
      expect(all.find(name)).toBeUndefined();
    }
  });
});
