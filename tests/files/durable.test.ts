import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isTemporary, temporaryIn, writeDurably, writeDurablySync } from "../../src/files/mod.ts";
import { tempDirectory } from "../support/temp.ts";

const DURABLE = join(import.meta.dir, "../../src/files/durable.ts");

/** A name as a process of its own makes it first. */
async function firstName(): Promise<string> {
  const script = `import { temporaryIn } from "${DURABLE}"; console.log(temporaryIn("x").replaceAll(String(process.pid), "1"))`;
  return (await Bun.$`${process.execPath} -e ${script}`.text()).trim();
}

test("names of drafts are known again, and no process has those of another of the same id", async () => {
  const names = [temporaryIn("/x"), temporaryIn("/x")];
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(isTemporary(name.slice("/x/".length))).toBe(true);
  for (const name of ["main", ".tmp", ".tmp-1", "a.tmp-1-b-2"])
    expect(isTemporary(name)).toBe(false);
  expect(await firstName()).not.toBe(await firstName());
});

test("a file has the old content or the new, and no draft is left of it", async () => {
  const directory = tempDirectory();
  const path = join(directory, "deep", "file");
  await writeDurably(path, "old");
  await writeDurably(path, "new");
  expect(readFileSync(path, "utf8")).toBe("new");
  expect(readdirSync(join(directory, "deep"))).toEqual(["file"]);
  writeFileSync(join(directory, "blocked"), "");
  expect(writeDurably(join(directory, "blocked", "file"), "x")).rejects.toThrow();
});

test("so has one that is written at once, for its owner alone from the first moment", () => {
  const directory = tempDirectory();
  const path = join(directory, "file");
  writeDurablySync(path, "old", 0o600, () => {
    const [draft = ""] = readdirSync(directory);
    expect(isTemporary(draft)).toBe(true);
    if (process.platform !== "win32") {
      expect(statSync(join(directory, draft)).mode & 0o777).toBe(0o600);
    }
  });
  const failing = () =>
    writeDurablySync(path, "new", 0o600, () => {
      throw new Error("given up");
    });
  expect(failing).toThrow("given up");
  expect(readFileSync(path, "utf8")).toBe("old");
  expect(readdirSync(directory)).toEqual(["file"]);
  mkdirSync(join(directory, "in the way"));
  expect(() => writeDurablySync(join(directory, "in the way"), "x", 0o600)).toThrow();
  expect(readdirSync(directory).sort()).toEqual(["file", "in the way"]);
});
