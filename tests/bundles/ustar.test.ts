/** Headers of bundles, as others read them. */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  END,
  MOST_BYTES,
  paddingAfter,
  readTarHeader,
  tarHeader,
} from "../../src/bundles/ustar.ts";
import { forAll } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";

const LONG = "n".repeat(100);

test("name and size are read back, up to the most that there is room for", () => {
  for (const name of ["a", "packages/sha256/ab/c.zip", LONG]) {
    for (const size of [0, 1, 511, 512, MOST_BYTES]) {
      expect(readTarHeader(tarHeader(name, size))).toEqual({ name, size });
    }
  }
  expect(MOST_BYTES).toBe(0o77777777777);
});

test("every byte of a header is decided by its name and size: other programs' bundles are compared with it", () => {
  const zeros = (count: number) => "\0".repeat(count);
  const before = `a/b${zeros(97)}0000644\0${"0000000\0".repeat(2)}00000000777\x0000000000000\0`;
  const after = `0${zeros(100)}ustar\x0000${zeros(64)}${"0000000\0".repeat(2)}${zeros(155 + 12)}`;
  const sum = Buffer.from(`${before}        ${after}`).reduce((total, byte) => total + byte, 0);
  const checksum = `${sum.toString(8).padStart(6, "0")}\0 `;
  expect(tarHeader("a/b", 511).toString("latin1")).toBe(before + checksum + after);
});

test.each([
  ["", 0],
  [`${LONG}n`, 0],
  ["a name", 0],
  ["ä", 0],
  ["a\n", 0],
  ["a", -1],
  ["a", 0.5],
  ["a", MOST_BYTES + 1],
])("a header of %j with %d bytes is not written", (name, size) => {
  expect(() => tarHeader(name, size)).toThrow(RangeError);
});

test("a size that is none is told as such, whatever a header is", () => {
  const header = tarHeader("a", 8);
  for (const digits of ["           ", "0000000008 ", "00000000009", "-0000000010", "0000000001"]) {
    header.write(digits.padEnd(12, "\0"), 124, "latin1");
    expect(readTarHeader(header)).toEqual({ name: "a", size: -1 });
  }
  forAll(100, (random) => {
    const { name, size } = readTarHeader(random.bytes(512));
    expect(name.length).toBeLessThanOrEqual(100);
    expect(size).toBeGreaterThanOrEqual(-1);
  });
});

test("each content ends where a block ends, and a bundle with two blocks of nothing", () => {
  expect(END.equals(Buffer.alloc(1_024))).toBe(true);
  expect([0, 1, 511, 512, 513, 1024].map(paddingAfter)).toEqual([0, 511, 1, 0, 511, 0]);
});

test.if(Bun.which("tar") !== null)("tar unpacks it, with nothing of who made it when", async () => {
  const path = join(tempDirectory(), "a.tar");
  const file = (name: string, text: string) => [
    tarHeader(name, text.length),
    Buffer.from(text),
    Buffer.alloc(paddingAfter(text.length)),
  ];
  writeFileSync(path, Buffer.concat([...file(LONG, "one"), ...file("b/c", "two!"), END]));
  const env = { ...process.env, TZ: "UTC" };
  const tar = (...args: string[]) => Bun.spawnSync(["tar", ...args, path], { env });
  const { stdout, stderr } = tar("--numeric-owner", "-tvf");
  expect(stderr.toString()).toBe("");
  expect(stdout.toString().trim().split("\n")).toEqual([
    expect.stringMatching(/^-rw-r--r-- .*\b0\b.*\b3 .*1970.* n{100}$/),
    expect.stringMatching(/^-rw-r--r-- .*\b0\b.*\b4 .*1970.* b\/c$/),
  ]);
  expect(tar("-xOf").stdout.toString()).toBe("onetwo!");
});
