/** Small archives in memory. */
import { expect, test } from "bun:test";
import { createHotArchives } from "../../src/archives/mod.ts";
import { createRandom } from "../support/random.ts";

const { bytes } = createRandom(7);

/** Bodies that differ. */
const bodies = (count: number, size: number) =>
  Array.from({ length: count }, (_, at) => {
    const body = new Uint8Array(size);
    new DataView(body.buffer).setUint32(0, at);
    return body;
  });

/** A store of some bodies, of which a big one is none to load, that counts how often each is read. */
function counting(bodies: readonly Uint8Array[]) {
  const all = new Map(bodies.map((body) => [Bun.SHA256.hash(body, "hex"), new Blob([body])]));
  const reads = new Map<string, number>();
  const read = (sha256: string) => {
    const body = all.get(sha256);
    if (body) reads.set(sha256, (reads.get(sha256) ?? 0) + 1);
    return body;
  };
  return {
    hashes: [...all.keys()],
    reads: (sha256: string) => reads.get(sha256) ?? 0,
    stamp: () => "the same",
    load: (sha256: string) => ((all.get(sha256)?.size ?? 0) > 250_000 ? undefined : read(sha256)),
    get: async (sha256: string) => read(sha256),
  };
}

test("a small archive that was asked for twice is kept, a big one is the store's to send", async () => {
  const small = bytes(200_000);
  const big = bytes(300_000);
  const store = counting([small, big]);
  const [first, second] = store.hashes as [string, string];
  const { get, kept } = createHotArchives(store);
  for (let i = 0; i < 4; i++) {
    expect(kept(first) !== undefined).toBe(i >= 2);
    expect(Buffer.from(await (await get(first))!.bytes()).equals(small)).toBe(true);
    expect(Buffer.from(await (await get(second))!.bytes()).equals(big)).toBe(true);
  }
  expect([store.reads(first), store.reads(second)]).toEqual([2, 4]);
  expect(Buffer.from(await kept(first)!.bytes()).equals(small)).toBe(true);
});

test("a big archive is sent again without a question for as long as its file is what was hashed", async () => {
  const big = bytes(300_000);
  const store = counting([big]);
  let stamp = "first";
  const { get, kept } = createHotArchives({ ...store, stamp: () => stamp });
  const [sha256] = store.hashes as [string];
  expect(kept(sha256)).toBeUndefined();
  await get(sha256);
  expect(Buffer.from(await kept(sha256)!.bytes()).equals(big)).toBe(true);
  stamp = "second";
  expect(kept(sha256)).toBeUndefined();
  await get(sha256);
  expect(kept(sha256)).toBeDefined();
});

test("what is not there is asked for each time, and there once it came", async () => {
  const store = counting([bytes(10)]);
  let isThere = false;
  const { get } = createHotArchives({
    ...store,
    get: async () => undefined,
    load: (sha256) => (isThere ? store.load(sha256) : undefined),
  });
  expect(await get(store.hashes[0]!)).toBeUndefined();
  isThere = true;
  expect((await get(store.hashes[0]!))?.size).toBe(10);
});

test("memory is bounded: what was not asked for longest goes first", async () => {
  const store = counting(bodies(300, 250_000));
  const { get, kept } = createHotArchives(store);
  const [favourite, forgotten] = store.hashes as [string, string];
  for (const sha256 of store.hashes) {
    await get(sha256);
    await get(sha256);
    await get(favourite);
  }
  expect(store.reads(favourite)).toBe(2);
  expect(kept(forgotten)).toBeUndefined();
  expect(store.hashes.filter((sha256) => kept(sha256)).length).toBe(Math.floor(2 ** 26 / 250_000));
});

test("who takes everything once drives nothing out", async () => {
  const store = counting(bodies(3_000, 100));
  const { get, kept } = createHotArchives(store);
  const [favourite, ...others] = store.hashes as [string, ...string[]];
  await get(favourite);
  await get(favourite);
  // Twice over: it is more than is remembered to have been asked for once.
  for (const sha256 of [...others, ...others]) await get(sha256);
  expect(kept(favourite)).toBeDefined();
  expect(others.filter((sha256) => kept(sha256))).toEqual([]);
});

test("bytes that are not what their name says are not given out", async () => {
  const get = async () => new Blob([new Uint8Array(100_000)]);
  const hot = createHotArchives({ get, load: () => undefined, stamp: () => "x" });
  await expect(hot.get("0".repeat(64))).rejects.toMatchObject({ code: "integrity" });
});

test("a big archive is read through once, by all who ask at a time, and again when its file changed", async () => {
  const body = bytes(100_000);
  const sha256 = Bun.SHA256.hash(body, "hex");
  let [stamp, proofs] = ["a", 0];
  let now = new Blob([body]);
  const { get } = createHotArchives({
    load: () => undefined,
    stamp: () => stamp,
    get: async () => {
      const blob = now.slice();
      blob.stream = () => {
        proofs++;
        return now.stream();
      };
      return blob;
    },
  });
  await Promise.all([get(sha256), get(sha256), get(sha256)]);
  await get(sha256);
  expect(proofs).toBe(1);
  stamp = "b";
  await get(sha256);
  expect(proofs).toBe(2);
  now = new Blob([body.subarray(1)]);
  stamp = "c";
  await expect(get(sha256)).rejects.toMatchObject({ code: "integrity" });
  await expect(get(sha256)).rejects.toMatchObject({ code: "integrity" });
});
