import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deflateSync } from "node:zlib";
import { createObjectBatch, createRepository, openObjectDatabase } from "../../src/git/mod.ts";
import { oidOf } from "../../src/git/object.ts";
import { loosePath } from "../../src/git/paths.ts";
import { tempDirectory } from "../support/temp.ts";

const openFiles = () => readdirSync("/proc/self/fd").length;

describe.if(existsSync("/proc/self/fd"))("files are closed", () => {
  test("also when one of the packs is damaged, however often it is looked at", async () => {
    const gitdir = join(tempDirectory(), "index");
    await createRepository(gitdir);
    const packs = join(gitdir, "objects", "pack");
    for (const text of ["one", "two", "three"]) {
      const batch = createObjectBatch(gitdir, () => false);
      batch.add("blob", Buffer.from(text));
      await batch.write();
    }
    // Each in turn, as one that is looked at first keeps the others from being opened at all.
    for (const name of readdirSync(packs).filter((file) => file.endsWith(".idx"))) {
      const sound = readFileSync(join(packs, name));
      writeFileSync(join(packs, name), "");
      const objects = openObjectDatabase(gitdir);
      const before = openFiles();
      for (let look = 0; look < 20; look++) {
        expect(() => objects.has("0".repeat(40))).toThrow(`${name} is damaged`);
      }
      expect(openFiles()).toBe(before);
      objects.close();
      writeFileSync(join(packs, name), sound);
    }
  });
});

test("of many objects those are told that are here: packed, loose, or just come", async () => {
  const gitdir = join(tempDirectory(), "index");
  await createRepository(gitdir);
  const add = async (...texts: string[]) => {
    const batch = createObjectBatch(gitdir, () => false);
    const oids = texts.map((text) => batch.add("blob", Buffer.from(text)));
    await batch.write();
    return oids;
  };
  const addLoose = (text: string) => {
    const data = Buffer.from(text);
    const oid = oidOf("blob", data);
    mkdirSync(dirname(loosePath(gitdir, oid)), { recursive: true });
    const object = Buffer.concat([Buffer.from(`blob ${data.length}\0`), data]);
    writeFileSync(loosePath(gitdir, oid), deflateSync(object));
    return oid;
  };
  const absent = ["0".repeat(40), "f".repeat(40)];
  const first = await add("one", "two");
  const objects = openObjectDatabase(gitdir);
  expect(objects.present([...absent, ...first])).toEqual(new Set(first));
  const loose = addLoose("three");
  // In the folder of one that is there.
  const near = `${loose.slice(0, 2)}${"0".repeat(38)}`;
  const later = await add("four");
  const all = [...first, loose, ...later];
  expect(objects.present([...absent, near, ...all])).toEqual(new Set(all));
  expect(objects.read(loose).data.toString()).toBe("three");
  expect(objects.present([])).toEqual(new Set());
  objects.close();
});
