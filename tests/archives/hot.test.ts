/** Small archives in memory. */
import { expect, test } from "bun:test";
import { readHot } from "../../src/archives/mod.ts";
import { createRandom } from "../support/random.ts";

const { bytes } = createRandom(7);

/** A store of some bodies that counts how often each is read. */
function counting(bodies: readonly Uint8Array[]) {
  const all = new Map(bodies.map((body) => [Bun.SHA256.hash(body, "hex"), body]));
  const reads = new Map<string, number>();
  return {
    hashes: [...all.keys()],
    reads: (sha256: string) => reads.get(sha256) ?? 0,
    get: async (sha256: string) => {
      const body = all.get(sha256);
      if (!body) return undefined;
      reads.set(sha256, (reads.get(sha256) ?? 0) + 1);
      return new Blob([body]);
    },
  };
}

test("a small archive is read once, a big one each time", async () => {
  const small = bytes(60_000);
  const big = bytes(70_000);
  const store = counting([small, big]);
  const [first, second] = store.hashes as [string, string];
  const get = readHot(store);
  for (let i = 0; i < 3; i++) {
    expect(Buffer.from(await (await get(first))!.bytes()).equals(small)).toBe(true);
    expect(Buffer.from(await (await get(second))!.bytes()).equals(big)).toBe(true);
  }
  expect([store.reads(first), store.reads(second)]).toEqual([1, 3]);
});

test("what is not there is asked for each time, and there once it came", async () => {
  const body = bytes(10);
  const store = counting([body]);
  let isThere = false;
  const get = readHot({ get: async (sha256) => (isThere ? store.get(sha256) : undefined) });
  expect(await get(store.hashes[0]!)).toBeUndefined();
  isThere = true;
  expect((await get(store.hashes[0]!))?.size).toBe(10);
});

test("memory is bounded: what was not asked for longest goes first", async () => {
  const store = counting(Array.from({ length: 600 }, () => bytes(60_000)));
  const get = readHot(store);
  const [favourite, forgotten] = store.hashes as [string, string];
  for (const sha256 of store.hashes) {
    await get(sha256);
    await get(favourite);
  }
  expect(store.reads(favourite)).toBe(1);
  await get(forgotten);
  expect(store.reads(forgotten)).toBe(2);
});

test("bytes that are not what their name says are not given out", async () => {
  const get = readHot({ get: async () => new Blob(["spoilt"]) });
  await expect(get("0".repeat(64))).rejects.toMatchObject({ code: "integrity" });
});
