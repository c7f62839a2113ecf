import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { indexPack } from "../../src/git/index-pack.ts";
import { oidOf } from "../../src/git/object.ts";
import { openPackFile } from "../../src/git/pack-file.ts";
import { encodePackIndex } from "../../src/git/pack-index.ts";
import { type Given, packOf } from "../support/pack.ts";
import { forAll } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";

const blob = (data: Buffer, deflated?: Buffer): Given => ({
  entry: { kind: "blob" },
  data,
  ...(deflated && { deflated }),
});

/** Zlib data as long as it can be: each byte a block of its own. Source: RFC 1951, 3.2.4. */
function swollen(data: Buffer): Buffer {
  const blocks = [...data].map((byte, at) =>
    Buffer.from([at === data.length - 1 ? 1 : 0, 1, 0, 0xfe, 0xff, byte]),
  );
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(Bun.hash.adler32(data));
  return Buffer.concat([Buffer.from([0x78, 0x01]), ...blocks, sum]);
}

/** Writes a pack with its index, and opens it. */
function open(given: readonly Given[]) {
  const path = join(tempDirectory("pack"), "some.pack");
  const pack = packOf(given);
  writeFileSync(path, pack);
  const entries = [...indexed(path)];
  writeFileSync(path.replace(/pack$/, "idx"), encodePackIndex(entries, pack.subarray(-20)));
  return openPackFile(path, () => expect.unreachable());
}

function indexed(path: string) {
  const run = indexPack(path, { object: 10_000_000, objects: 100, work: 100_000_000 });
  for (let step = run.next(); ; step = run.next()) if (step.done) return step.value.entries;
}

describe("an object is read as it was put in", () => {
  test("whatever is around it", () =>
    forAll(30, (random) => {
      const sizes = [0, 1, 20, 3_000, 40_000, 300_000];
      const given = Array.from({ length: 1 + random.int(8) }, () =>
        blob(random.bytes(random.int(random.pick(sizes) + 1))),
      );
      const pack = open(given);
      for (const { data } of given) expect(pack.read(oidOf("blob", data))?.data).toEqual(data);
      pack.close();
    }));

  test("however badly it was deflated", () => {
    const data = Buffer.from("so many bytes that one block for each is far more than any bound");
    const pack = open([
      blob(Buffer.from("before")),
      blob(data, swollen(data)),
      blob(Buffer.from("after")),
    ]);
    expect(pack.read(oidOf("blob", data))?.data).toEqual(data);
    pack.close();
  });

  test("however big it is", () => {
    const data = Buffer.alloc(6_000_000, "big");
    const pack = open([blob(Buffer.from("before")), blob(data), blob(Buffer.from("after"))]);
    expect(pack.read(oidOf("blob", data))?.data).toEqual(data);
    pack.close();
  });
});
