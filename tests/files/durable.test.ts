import { expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isTemporary, temporaryIn, writeDurably } from "../../src/files/mod.ts";
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
