/** Bundles in one file, or in parts that put together are that file. */
import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { openContainer, partsOf, writeFiles } from "../../src/bundles/parts.ts";
import { END, paddingAfter, tarHeader } from "../../src/bundles/ustar.ts";
import { forAllAsync, type Random } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";

/** Where a bundle is to be, in a directory of its own. */
const newPlace = () => join(tempDirectory("parts"), "a.bundle");
const beside = (file: string) => readdirSync(join(file, "..")).sort();
const names = (paths: readonly string[]) => paths.map((path) => basename(path));

async function* inPieces(data: Buffer, random: Random): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; ) {
    const size = random.int(100);
    yield data.subarray(at, at + size);
    at += size;
  }
}

test("parts are as large as they may be, none is empty, and together they are the whole", async () => {
  await forAllAsync(30, async (random) => {
    const file = newPlace();
    const data = random.bytes(1 + random.int(500));
    const size = 1 + random.int(200);
    const written = await writeFiles(file, inPieces(data, random), size);
    expect(written).toEqual(partsOf(file));
    expect(beside(file)).toEqual(names(written));
    const parts = written.map((path) => readFileSync(path));
    expect(Buffer.concat(parts).equals(data)).toBe(true);
    expect(parts.length).toBe(Math.ceil(data.length / size));
    expect(parts.slice(0, -1).every((part) => part.length === size)).toBe(true);
  });
});

test("without a size it is one file of that name", async () => {
  await forAllAsync(5, async (random) => {
    const file = newPlace();
    const data = random.bytes(400);
    expect(await writeFiles(file, inPieces(data, random), undefined)).toEqual([file]);
    expect(beside(file)).toEqual(["a.bundle"]);
    expect(readFileSync(file).equals(data)).toBe(true);
  });
});

test("parts are counted in numbers, and what is named otherwise is none", () => {
  const file = newPlace();
  const parts = ["001", "002", "010", "999", "1000", "1001"].map((n) => `a.bundle.${n}`);
  const others = ["01", "001.partial", "x01", "", "0001x"].map((end) => `a.bundle.${end}`);
  for (const name of [...parts, ...others, "b.bundle.003", "a.bundle", "a.bundle003"]) {
    writeFileSync(join(file, "..", name), "");
  }
  expect(names(partsOf(file))).toEqual(parts);
  expect(partsOf(join(file, "nowhere", "a.bundle"))).toEqual([]);
});

test("what breaks off leaves nothing, and what was there before as it was", async () => {
  const file = newPlace();
  writeFileSync(`${file}.001`, "of before");
  async function* breaking() {
    yield Buffer.alloc(250);
    throw new Error("it broke off");
  }
  await expect(writeFiles(file, breaking(), 100)).rejects.toThrow("it broke off");
  expect(beside(file)).toEqual(["a.bundle.001"]);
  expect(readFileSync(`${file}.001`, "utf8")).toBe("of before");
});

test("the first part is there only when all others are", async () => {
  const file = newPlace();
  mkdirSync(`${file}.002`);
  async function* three() {
    yield Buffer.alloc(250);
  }
  await expect(writeFiles(file, three(), 100)).rejects.toMatchObject({ code: "EISDIR" });
  // Nor is any of the others left, which would be taken for one of the next bundle.
  expect(beside(file)).toEqual(["a.bundle.002"]);
});

const TEXT = "x".repeat(1_000);

/** A bundle of one file, in four parts. */
async function inParts(): Promise<string> {
  const file = newPlace();
  async function* tar() {
    yield tarHeader("README.txt", TEXT.length);
    yield Buffer.from(TEXT);
    yield Buffer.alloc(paddingAfter(TEXT.length));
    yield END;
  }
  expect(await writeFiles(file, tar(), 700)).toHaveLength(4);
  return file;
}

async function readAll(place: string): Promise<string> {
  const container = openContainer(place);
  try {
    const { body } = await container.next(["README.txt"]);
    const text = Buffer.concat(await Array.fromAsync(body)).toString();
    await container.end();
    return text;
  } finally {
    await container.close();
  }
}

test("parts are read as one, by their common name or by the first of them", async () => {
  const file = await inParts();
  expect(await readAll(file)).toBe(TEXT);
  expect(await readAll(`${file}.001`)).toBe(TEXT);
  const whole = newPlace();
  writeFileSync(whole, Buffer.concat(partsOf(file).map((path) => readFileSync(path))));
  expect(await readAll(whole)).toBe(TEXT);
});

test("a single part is a bundle too, and so is a directory", async () => {
  const file = newPlace();
  const whole = partsOf(await inParts()).map((path) => readFileSync(path));
  writeFileSync(`${file}.001`, Buffer.concat(whole));
  expect(await readAll(file)).toBe(TEXT);
  const directory = tempDirectory("bundle.001");
  writeFileSync(join(directory, "README.txt"), TEXT);
  expect(await readAll(directory)).toBe(TEXT);
});

test("a part that is missing is named; without the last it is cut short", async () => {
  const file = await inParts();
  const last = `${file}.004`;
  expect(statSync(last).size).toBeGreaterThan(0);
  rmSync(last);
  await expect(readAll(file)).rejects.toThrow(`with the end of ${file}.003`);
  rmSync(`${file}.002`);
  const missing = expect.objectContaining({
    code: "not-found",
    message: `${file}.002 is missing`,
  });
  expect(() => openContainer(file)).toThrow(missing);
  expect(() => openContainer(`${file}.001`)).toThrow(missing);
  rmSync(`${file}.001`);
  expect(() => openContainer(file)).toThrow(`${file}.001 is missing`);
});

test("where there is nothing, that is said", () => {
  const file = newPlace();
  for (const place of [file, `${file}.001`]) {
    expect(() => openContainer(place)).toThrow(
      expect.objectContaining({ code: "not-found", message: `there is no bundle at ${place}` }),
    );
  }
});
