import { expect, test } from "bun:test";
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createIncoming } from "../../src/archives/incoming.ts";
import { createRandom } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";

/** A file that grows, and its watchers' side. */
function growing() {
  const path = join(tempDirectory(), "body");
  writeFileSync(path, "");
  let size = 0;
  const file = createIncoming(path);
  const grow = (data: Uint8Array | string) => {
    appendFileSync(path, data);
    size += data.length;
    file.wrote(size);
  };
  return { ...file, grow, path };
}

const text = (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

test("whoever comes, whenever, gets the whole body, when it is verified", async () => {
  const { incoming, grow, verified } = growing();
  const early = text(incoming.read(0)!);
  grow("hello ");
  const middle = text(incoming.read(0)!);
  const part = text(incoming.read(3)!);
  grow("world");
  verified();
  expect(await Promise.all([early, middle, part])).toEqual([
    "hello world",
    "hello world",
    "lo world",
  ]);
});

test("the last byte is held back until all is verified", async () => {
  const { incoming, grow, verified } = growing();
  const reader = incoming.read(0)!.getReader();
  grow("x");
  grow("yz");
  let got = "";
  while (got.length < 2) got += new TextDecoder().decode((await reader.read()).value);
  expect(got).toBe("xy");
  const last = reader.read();
  expect(await Promise.race([last, Promise.resolve("waiting")])).toBe("waiting");
  verified();
  expect(new TextDecoder().decode((await last).value)).toBe("z");
  expect((await reader.read()).done).toBe(true);
});

test("a body that fails is never whole for anybody, however far they are", async () => {
  const { incoming, grow, failed, path } = growing();
  const idle = incoming.read(0)!;
  const reader = incoming.read(0)!.getReader();
  grow("wrong");
  await reader.read();
  failed(new Error("another hash"));
  rmSync(path);
  await expect(reader.read()).rejects.toThrow("another hash");
  await expect(text(idle)).rejects.toThrow();
  expect(incoming.read(0)).toBeUndefined();
});

test("who leaves early, before or after the end, is no trouble to the others", async () => {
  const { incoming, grow, verified } = growing();
  const leaver = incoming.read(0)!;
  const other = text(incoming.read(0)!);
  await leaver.cancel();
  grow("all");
  const late = incoming.read(0)!;
  verified();
  await late.cancel();
  expect(await other).toBe("all");
  expect(incoming.read(0)).toBeUndefined();
});

test("a big body passes through in pieces", async () => {
  const { incoming, grow, verified } = growing();
  const data = createRandom(3).bytes(300_000);
  const whole = new Response(incoming.read(0)!).arrayBuffer();
  for (let at = 0; at < data.length; at += 50_000) grow(data.subarray(at, at + 50_000));
  verified();
  expect(Buffer.from(await whole).equals(data)).toBe(true);
});

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test("who leaves while waiting for more closes its own file, and no other that came after", async () => {
  for (const end of ["failed", "grows"] as const) {
    const { incoming, grow, failed } = growing();
    grow("x".repeat(100));
    const reader = incoming.read(0)!.getReader();
    await reader.read();
    const waiting = reader.read();
    // By then it has found nothing more to read, and waits.
    await nextTurn();
    await reader.cancel();
    const other = openSync(import.meta.path, "r");
    if (end === "failed") failed(new Error("broke off"));
    else grow("more");
    await waiting;
    await nextTurn();
    expect(fstatSync(other).size).toBe(Bun.file(import.meta.path).size);
    closeSync(other);
  }
});

const isOpen = (path: string) =>
  readdirSync("/proc/self/fd").some((fd) => {
    const link = `/proc/self/fd/${fd}`;
    return existsSync(link) && readlinkSync(link) === path;
  });

test.if(existsSync("/proc/self/fd"))("a body that cannot be read leaves no file open", async () => {
  // A directory can be opened, and not be read.
  const path = tempDirectory();
  const { incoming, wrote } = createIncoming(path);
  const reading = text(incoming.read(0)!);
  expect(isOpen(path)).toBe(true);
  wrote(100);
  await expect(reading).rejects.toThrow();
  expect(isOpen(path)).toBe(false);
});

test.if(existsSync("/proc/self/fd"))(
  "whoever read, and however it ended, no file is left open",
  async () => {
    const ends: ((file: ReturnType<typeof growing>) => void)[] = [
      (file) => file.verified(),
      (file) => file.failed(new Error("broke off")),
    ];
    for (const end of ends) {
      const file = growing();
      const readers = [0, 1, 2].map(() => file.incoming.read(0)!);
      const leaver = file.incoming.read(0)!;
      file.grow("body");
      expect(isOpen(file.path)).toBe(true);
      await leaver.cancel();
      end(file);
      await Promise.allSettled(readers.map(text));
      expect(isOpen(file.path)).toBe(false);
    }
  },
);
