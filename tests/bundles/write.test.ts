/** The files of a bundle, in their order, and as one stream. */
import { expect, test } from "bun:test";
import { tarContainer } from "../../src/bundles/container.ts";
import { archiveName } from "../../src/bundles/manifest.ts";
import { outgoingFiles, tarOf } from "../../src/bundles/write.ts";
import { bundleContent } from "../support/bundle-content.ts";

const hash = (text: string) => Bun.SHA256.hash(text, "hex");
/** One that ends where a block ends, one that ends a byte before, and a short one. */
const ARCHIVES = ["x".repeat(512), "x".repeat(511), "two"];
const CONTENT = bundleContent(ARCHIVES, "signed");
const MANIFEST = CONTENT.manifestBytes.toString();

/** What is in it, by name, but for the sums. */
const FILES: readonly (readonly [string, string])[] = [
  ["README.txt", "read me"],
  ["manifest.json", MANIFEST],
  ["manifest.sig", "signed"],
  ["index/objects.pack", "a pack"],
  ["index/objects.idx", "its index"],
  ...ARCHIVES.map((text) => [archiveName(hash(text)), text] as const),
];
const SUMS = FILES.filter(([name]) => name !== "manifest.sig")
  .map(([name, text]) => `${hash(text)}  ${name}\n`)
  .join("");
const ALL = [...FILES.slice(0, 3), ["SHA256SUMS", SUMS] as const, ...FILES.slice(3)];

test("what says what it is comes first, then the sums that people check, then what is big", () => {
  expect(Array.from(outgoingFiles(CONTENT), ({ path }) => path)).toEqual(ALL.map(([name]) => name));
  const unsigned = Array.from(outgoingFiles(bundleContent(ARCHIVES)), ({ path }) => path);
  expect(unsigned).toEqual(ALL.flatMap(([name]) => (name === "manifest.sig" ? [] : [name])));
});

test("each says its size and its hash", async () => {
  for (const { path, size, sha256, open } of outgoingFiles(CONTENT)) {
    const text = Buffer.concat(await Array.fromAsync(open())).toString();
    expect([path, text]).toEqual([...ALL.find(([name]) => name === path)!]);
    expect([size, sha256]).toEqual([text.length, hash(text)]);
  }
});

test("as a stream it is read back whole, and each file is told of when it is out", async () => {
  const told: string[] = [];
  const container = tarContainer(tarOf(CONTENT, ({ path }) => told.push(path)));
  for (const [name, text] of ALL) {
    const { path, size, body } = await container.next([name]);
    expect([path, size]).toEqual([name, text.length]);
    expect(Buffer.concat(await Array.fromAsync(body)).toString()).toBe(text);
  }
  await container.end();
  expect(told).toEqual(ALL.map(([name]) => name));
});
