/** A stream, taken in pieces of other sizes than it comes in. */
import { expect, test } from "bun:test";
import { createByteReader } from "../../src/bundles/bytes.ts";
import { forAllAsync } from "../support/random.ts";

test("what is taken is what comes, whatever the pieces, and less at the end", async () => {
  await forAllAsync(100, async (random) => {
    const data = random.bytes(random.int(300));
    async function* pieces() {
      for (let at = 0; at < data.length; ) {
        // Some have nothing in them.
        const size = random.int(40);
        yield data.subarray(at, at + size);
        at += size;
      }
    }
    const reader = createByteReader(pieces());
    let at = 0;
    while (at <= data.length) {
      const size = 1 + random.int(60);
      const taken = random.chance(0.5)
        ? await reader.take(size)
        : Buffer.concat(await Array.fromAsync(reader.pass(size)));
      expect(taken).toEqual(data.subarray(at, at + size));
      at += size;
    }
    expect(await reader.take(1)).toHaveLength(0);
  });
});

test("nothing is asked for before it is needed, and what is left is let go of", async () => {
  const seen: string[] = [];
  async function* three() {
    try {
      for (const text of ["one", "two", "three"]) {
        seen.push(text);
        yield Buffer.from(text);
      }
    } finally {
      seen.push("closed");
    }
  }
  const reader = createByteReader(three());
  expect(await reader.take(0)).toHaveLength(0);
  expect(seen).toEqual([]);
  expect((await reader.take(3)).toString()).toBe("one");
  expect((await reader.take(1)).toString()).toBe("t");
  expect(seen).toEqual(["one", "two"]);
  await reader.close();
  expect(seen).toEqual(["one", "two", "closed"]);
});
