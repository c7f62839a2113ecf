/** A module's file as clients are shown it. */
import { expect, test } from "bun:test";
import { createObjectBatch, createRepository, openObjectDatabase } from "../../src/git/mod.ts";
import { type Entry, readModule, writeModule } from "../../src/index/mod.ts";
import { tempDirectory } from "../support/temp.ts";

const line = (version: string, sum = "a") =>
  `{"name": "a/b", "version": "${version}",  "checksum": "${sum.repeat(64)}"}`;

/** The file that is shown: "the same", another's text, or undefined when there is none. */
async function shown(
  file: string,
  isListed: (entry: Entry) => boolean,
  pins?: string,
): Promise<string | undefined> {
  const gitdir = tempDirectory("view");
  await createRepository(gitdir);
  const objects = openObjectDatabase(gitdir);
  const batch = createObjectBatch(gitdir, objects.has);
  const blob = batch.add("blob", Buffer.from(file));
  const pinned = pins === undefined ? undefined : batch.add("blob", Buffer.from(pins));
  await batch.write();
  const module = readModule(objects, "a/b", { origin: "up", blob }, pinned);
  const written = writeModule(batch, module, isListed);
  await batch.write();
  const text = written && objects.read(written).data.toString();
  objects.close();
  return written === blob ? "the same" : text;
}

const FILE = `${line("1.0.0")}\n${line("1.1.0")}\n`;

test("a file of which every line is shown stays as it is", async () => {
  expect(await shown(FILE, () => true)).toBe("the same");
  // To the byte, whatever its lines look like.
  expect(await shown(FILE.trimEnd(), () => true)).toBe("the same");
});

test("what is not shown is not in the file, and of nothing there is no file", async () => {
  expect(await shown(FILE, ({ version }) => version !== "1.0.0")).toBe(`${line("1.1.0")}\n`);
  expect(await shown(FILE, () => false)).toBeUndefined();
  expect(await shown("", () => true)).toBeUndefined();
});

test("a line that no client could use is left out, whatever else is shown", async () => {
  expect(await shown(`${FILE}{"name": "a/c"}\n`, () => true)).toBe(FILE);
  expect(await shown("broken\n", () => true)).toBeUndefined();
});

test("a line that stands in another's place is shown for the same version, and no other is added", async () => {
  const pins = `${line("1.1.0", "b")}\n${line("9.0.0", "b")}\n`;
  expect(await shown(FILE, () => true, pins)).toBe(`${line("1.0.0")}\n${line("1.1.0", "b")}\n`);
  // Of the same archive it is the source's to say what it likes.
  const yanked = `${line("1.1.0").slice(0, -1)}, "yanked": true}\n`;
  expect(await shown(yanked, () => true, `${line("1.1.0")}\n`)).toBe("the same");
});
