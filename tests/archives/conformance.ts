/** What every archive store has to do, whatever stands behind it. */
import { describe, expect, test } from "bun:test";
import { IntegrityError } from "../../src/archives/archive-store.ts";
import type { ArchiveStore } from "../../src/archives/mod.ts";
import { createRandom } from "../support/random.ts";

const sha256 = (data: Uint8Array) => Bun.SHA256.hash(data, "hex");
const text = (content: string) => new TextEncoder().encode(content);

async function* inChunks(data: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

async function* failing(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data;
  throw new Error("the body broke off");
}

/** @param open makes a new, empty store */
export function conformance(name: string, open: () => ArchiveStore): void {
  describe(name, () => {
    test("what is put is got back under its hash", async () => {
      const store = open();
      const data = createRandom(1).bytes(10_000);
      const archive = await store.put(data);
      expect(archive).toEqual({ sha256: sha256(data), size: 10_000 });
      expect(Buffer.from(await (await store.get(archive.sha256))!.arrayBuffer()).equals(data)).toBe(
        true,
      );
      expect(store.has(archive.sha256)).toBe(true);
      expect(store.size(archive.sha256)).toBe(10_000);
      expect(Buffer.from(await store.load(archive.sha256)!.bytes()).equals(data)).toBe(true);
    });

    test("a stream is the same as its bytes in one piece", async () => {
      const store = open();
      const data = createRandom(2).bytes(100_000);
      const archive = await store.put(inChunks(data, 777), sha256(data));
      expect(archive).toEqual(await store.put(data));
      expect(store.size(archive.sha256)).toBe(100_000);
    });

    test("small archives can be loaded one after the other, big ones are to be streamed", async () => {
      const store = open();
      const bodies = [1, 262_144, 262_145, 5].map((size) => createRandom(size).bytes(size));
      for (const body of bodies) await store.put(body);
      const loaded = bodies.map((body) => store.load(sha256(body)));
      expect(loaded.map((archive) => archive?.size)).toEqual([1, 262_144, undefined, 5]);
      for (const [at, archive] of loaded.entries()) {
        if (archive) expect(Buffer.from(await archive.bytes()).equals(bodies[at]!)).toBe(true);
      }
    });

    test("a stamp stays while the bytes do, and is nobody's when they are not here", async () => {
      const store = open();
      const { sha256: hash } = await store.put(text("one"));
      const stamp = store.stamp(hash);
      expect(stamp).toBeString();
      await store.put(text("two"));
      expect(store.stamp(hash)).toBe(stamp!);
      await store.delete(hash);
      expect(store.stamp(hash)).toBeUndefined();
    });

    test("an empty archive is none: it is asked for again, and found when all are checked", async () => {
      const store = open();
      const { sha256: hash } = await store.put(new Uint8Array(0));
      expect([store.has(hash), store.size(hash), await store.get(hash), store.load(hash)]).toEqual([
        false,
        undefined,
        undefined,
        undefined,
      ]);
      expect(await store.list()).toEqual(new Set([hash]));
    });

    test.each(["in one piece", "as a stream"])(
      "other bytes than expected, %s, are refused",
      async (how) => {
        const store = open();
        const data = text("tampered");
        const expected = sha256(text("original"));
        const body = how === "as a stream" ? inChunks(data, 3) : data;
        const error = await store.put(body, expected).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(IntegrityError);
        expect(error).toMatchObject({ expected, actual: sha256(data) });
        expect(await store.list()).toEqual(new Set());
      },
    );

    test("a body that breaks off leaves nothing", async () => {
      const store = open();
      const data = text("half");
      await expect(store.put(failing(data), sha256(data))).rejects.toThrow("broke off");
      expect(await store.list()).toEqual(new Set());
    });

    test("what was never put is not there", async () => {
      const store = open();
      const hash = "0".repeat(64);
      expect(store.has(hash)).toBe(false);
      expect(store.size(hash)).toBeUndefined();
      expect(await store.get(hash)).toBeUndefined();
      expect(store.load(hash)).toBeUndefined();
      await store.delete(hash);
    });

    test("the same bytes put many times at once are there once", async () => {
      const store = open();
      const data = text("the same");
      await Promise.all(Array.from({ length: 20 }, () => store.put(inChunks(data, 2))));
      expect(await store.list()).toEqual(new Set([sha256(data)]));
    });

    test("what is deleted is gone", async () => {
      const store = open();
      const { sha256: hash } = await store.put(text("short-lived"));
      await store.delete(hash);
      expect(store.has(hash)).toBe(false);
      expect(await store.list()).toEqual(new Set());
    });

    test.each(["../../etc/passwd", "", "AB".repeat(32), "0".repeat(63), `${"0".repeat(63)}/`])(
      "%p is no hash, and no way out of the store",
      async (hash) => {
        const store = open();
        expect(() => store.has(hash)).toThrow(RangeError);
        expect(() => store.size(hash)).toThrow(RangeError);
        expect(() => store.load(hash)).toThrow(RangeError);
        await expect(store.get(hash)).rejects.toThrow(RangeError);
        await expect(store.delete(hash)).rejects.toThrow(RangeError);
      },
    );

    test("a batch holds all that was added when it is closed, and nothing that was refused", async () => {
      const store = open();
      const batch = store.batch();
      const bodies = Array.from({ length: 3_000 }, (_, at) => text(`body ${at % 2_900}`));
      await Promise.all(bodies.map((body) => batch.add(body, sha256(body))));
      await expect(batch.add(text("bad"), "0".repeat(64))).rejects.toBeInstanceOf(IntegrityError);
      await expect(batch.add(failing(text("x")))).rejects.toThrow("broke off");
      await batch.close();
      expect(await store.list()).toEqual(new Set(bodies.map(sha256)));
    });
  });
}
