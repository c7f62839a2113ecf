import { expect, test } from "bun:test";
import { type EntryKind, encodeEntryHeader, readEntryHeader } from "../../src/git/pack-entry.ts";

/** Around each number from which on there is one more byte. */
const around = (edges: readonly number[]) => edges.flatMap((edge) => [edge - 1, edge, edge + 1]);

test("a header of any size and distance is read as it was written, whatever follows", () => {
  const sizes = [0, ...around([1, 2, 3, 4, 5].map((bytes) => 16 * 128 ** bytes)), ...around([16])];
  // Source: gitformat-pack(5): each byte adds what fewer of them could have said.
  const distances = [1, ...around([128, 128 + 128 ** 2, 128 + 128 ** 2 + 128 ** 3, 2 ** 32])];
  const kinds: EntryKind[] = [
    ...(["commit", "tree", "blob", "tag"] as const).map((kind) => ({ kind })),
    { kind: "ref-delta", base: "0123456789abcdef0123456789abcdef01234567" },
    ...distances.map((distance) => ({ kind: "ofs-delta", distance }) as const),
  ];
  for (const entry of kinds) {
    for (const size of sizes) {
      const written = encodeEntryHeader(entry, size);
      const header = { entry, size, length: written.length };
      expect(readEntryHeader(Buffer.concat([written, Buffer.from([0xff])]))).toEqual(header);
      for (let end = 0; end < written.length; end++) {
        expect(() => readEntryHeader(written.subarray(0, end))).toThrow("cut short");
      }
    }
  }
});

test.each([0, 5])("a type of the number %d is refused", (code) => {
  expect(() => readEntryHeader(Buffer.from([code << 4]))).toThrow(`unknown type ${code}`);
});
