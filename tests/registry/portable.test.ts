import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { layOutPortable } from "../../src/registry/mod.ts";
import { tempDirectory } from "../support/temp.ts";

const sha256 = (data: string) => Bun.SHA256.hash(data, "hex");
const MAC = "moonbit-registry-macos-arm64";
const WINDOWS = "moonbit-registry-windows-x64.exe";

/** A release's files, of two machines. */
function release(): string {
  const dir = tempDirectory("release");
  writeFileSync(join(dir, MAC), "mac");
  writeFileSync(join(dir, WINDOWS), "windows");
  const sums = `${sha256("mac")}  ${MAC}\n${sha256("windows")}  ${WINDOWS}\n`;
  writeFileSync(join(dir, "SHA256SUMS"), sums);
  return dir;
}

describe("laying a stick out", () => {
  test("puts programs, launchers and a registry there, and says what is missing", async () => {
    const dir = join(tempDirectory(), "stick");
    const made = await layOutPortable(dir, { dist: release(), name: "mine" });
    expect(made).toMatchObject({ dir, isNew: true, executables: [MAC, WINDOWS] });
    expect(made.missing).toContain("moonbit-registry-linux-x64");
    expect(readFileSync(join(dir, "serve.bat"), "utf8")).toContain(`${WINDOWS}"\r\n`);
    expect(readFileSync(join(dir, "serve.sh"), "utf8")).not.toContain("\r");
    expect(readFileSync(join(dir, "registry.toml"), "utf8")).toContain('name = "mine"');
    if (process.platform === "win32") return;
    for (const name of ["serve.sh", "serve.command", `dist/${MAC}`]) {
      expect(statSync(join(dir, name)).mode & 0o100).toBe(0o100);
    }
  });

  test("again keeps the registry, and copies what is new only", async () => {
    const dir = join(tempDirectory(), "stick");
    const dist = release();
    await layOutPortable(dir, { dist, name: "mine" });
    const before = statSync(join(dir, "dist", MAC)).ino;
    writeFileSync(join(dist, WINDOWS), "newer");
    writeFileSync(join(dist, "SHA256SUMS"), `${sha256("newer")}  ${WINDOWS}\n`);
    expect((await layOutPortable(dir, { dist })).isNew).toBe(false);
    expect(readFileSync(join(dir, "registry.toml"), "utf8")).toContain('name = "mine"');
    expect(readFileSync(join(dir, "dist", WINDOWS), "utf8")).toBe("newer");
    expect(statSync(join(dir, "dist", MAC)).ino).toBe(before);
    const sums = readFileSync(join(dir, "dist/SHA256SUMS"), "utf8");
    expect(sums).toBe(`${sha256("mac")}  ${MAC}\n${sha256("newer")}  ${WINDOWS}\n`);
  });

  test("refuses a damaged program, and puts nothing of it there", async () => {
    const dist = release();
    writeFileSync(join(dist, MAC), "something else");
    const dir = join(tempDirectory(), "stick");
    const failure = { code: "integrity", message: expect.stringContaining(`${MAC} has SHA-256`) };
    await expect(layOutPortable(dir, { dist })).rejects.toMatchObject(failure);
    expect(readdirSync(join(dir, "dist"))).toEqual([]);
  });

  test("names a directory that has no program", async () => {
    const dist = tempDirectory();
    const failure = { code: "not-found", message: `${dist} has no executable` };
    await expect(layOutPortable(join(dist, "x"), { dist })).rejects.toMatchObject(failure);
  });
});
