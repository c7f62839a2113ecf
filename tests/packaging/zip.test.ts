import { describe, expect, test } from "bun:test";
import { crc32 } from "node:zlib";
import { Failure } from "../../src/errors.ts";
import { inspectZip, openZip } from "../../src/packaging/mod.ts";
import { problemText } from "../../src/packaging/problem.ts";
import type { ZipLimits } from "../../src/packaging/zip.ts";
import { createRandom, forAll } from "../support/random.ts";
import { craftZip, type End, type Part, watchReads } from "../support/zip.ts";

const GOOD: Part = { name: "moon.mod.json", content: "{}" };

async function problems(parts: readonly Part[], end?: End, limits?: ZipLimits): Promise<string[]> {
  const { problems } = await inspectZip(craftZip(parts, end), limits);
  return problems.map(problemText);
}

const named = (name: string): Part => ({ name, mode: name.endsWith("/") ? 0o040755 : 0o100644 });

describe("a harmless archive", () => {
  test("lists its files by path and gives their bytes, stored or deflated", async () => {
    const zip = await openZip(
      craftZip([
        { name: "src/", mode: 0o040755 },
        { name: "src/run.sh", content: "x".repeat(100_000), deflate: true, mode: 0o100755 },
        { name: "README.md" },
        GOOD,
        { name: "src/原.mbt", content: "fn" },
      ]),
    );
    expect(zip.files).toEqual([
      { path: "README.md", size: 0, executable: false },
      { path: "moon.mod.json", size: 2, executable: false },
      { path: "src/run.sh", size: 100_000, executable: true },
      { path: "src/原.mbt", size: 2, executable: false },
    ]);
    expect((await zip.read("src/run.sh"))?.toString()).toBe("x".repeat(100_000));
    expect((await zip.read("README.md"))?.length).toBe(0);
    expect((await zip.read("src/原.mbt"))?.toString()).toBe("fn");
  });

  test("has no file that it does not list", async () => {
    expect(await (await openZip(craftZip([GOOD]))).read("nothing")).toBeUndefined();
  });

  test("gives a file's beginning, and reads nothing that is behind it", async () => {
    const content = createRandom(1).bytes(4_000_000);
    const { archive, bytesRead } = watchReads(craftZip([{ name: "a", content }]));
    const zip = await openZip(archive);
    const before = bytesRead();
    expect((await zip.beginning("a", 1_000))?.equals(content.subarray(0, 1_000))).toBe(true);
    expect(bytesRead() - before).toBeLessThan(1_500_000);
    expect((await zip.beginning("a", 5_000_000))?.equals(content)).toBe(true);
    expect(await zip.beginning("b", 1)).toBeUndefined();
  });

  test("gives no file beyond the size that its reader wants", async () => {
    const zip = await openZip(craftZip([{ name: "a", content: "12345" }]));
    expect(zip.read("a", 4)).rejects.toThrow("a: is 5 bytes, more than 4");
  });
});

describe("an archive is refused", () => {
  const paths: [string, string][] = [
    ["../x", 'has ".." in its path'],
    ["a/../../x", 'has ".." in its path'],
    ["./a", 'has "." in its path'],
    ["/etc/passwd", "has an absolute path"],
    ["C:/x", "has an absolute path"],
    ["c:x", "has an absolute path"],
    ["..\\x", "has a backslash in its path"],
    ["a//b", "has an empty part in its path"],
    ["a//", "has an empty part in its path"],
    ["", "has an empty path"],
    ["/", "has an empty path"],
    ["a\0b", "has a control or bidirectional character in its path"],
    ["a\u202eb", "has a control or bidirectional character in its path"],
    [`${"a".repeat(300)}`, "has a name of more than 255 bytes"],
    ["d/".repeat(600), "has a path of more than 1024 bytes"],
  ];
  test.each(paths)("when a path is %j", async (name, why) => {
    const [first = ""] = await problems([{ name }]);
    expect(first).toEndWith(`: ${why}`);
    expect(first).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  test("when a name that is not UTF-8 has a control character", async () => {
    for (const byte of [0, 1, 9, 0x0a, 0x1b, 0x1f, 0x7f]) {
      const name = Buffer.from([0x61, byte, 0x62]);
      const [first = ""] = await problems([{ name, flags: 0 }]);
      expect(first).toMatch(/: has a control .*character in its path$/);
      expect(first).not.toMatch(/[\p{Cc}]/u);
    }
    expect(await problems([{ name: Buffer.from([0x61, 0x20, 0x82]), flags: 0 }])).toEqual([]);
  });

  test("but not for a folder that it names twice, or that has files", async () => {
    expect(await problems(["src/", "src/a", "src/", "src/b/"].map(named))).toEqual([]);
    expect(await problems(["ab", "a/b/c", "abc"].map(named))).toEqual([]);
  });

  const twins: [string[], string][] = [
    [["a", "a"], "a: is the same file as a where case does not count"],
    [
      ["src/A.mbt", "src/a.mbt"],
      "src/a.mbt: is the same file as src/A.mbt where case does not count",
    ],
    [["Src/a", "src/b"], "src/b: is the same file as Src where case does not count"],
    [["a", "a/b"], "a/b: is the same file as a where case does not count"],
    [["a/b", "A"], "A: is the same file as a where case does not count"],
    [["é", "e\u0301"], "e\u0301: is the same file as é where case does not count"],
    [["src", "src/"], "src/: is the same file as src where case does not count"],
    [["src/", "src"], "src: is the same file as src where case does not count"],
    [["a/b/", "A/b"], "A/b: is the same file as a where case does not count"],
    [["Src/", "src/"], "src/: is the same file as Src where case does not count"],
    [["straße", "STRASSE"], "STRASSE: is the same file as straße where case does not count"],
    [["ß", "ẞ"], "ẞ: is the same file as ß where case does not count"],
  ];
  test.each(twins)("when paths collide: %j", async (names, why) => {
    expect(await problems(names.map(named))).toEqual([why]);
  });

  const entries: [string, Part, string][] = [
    ["symbolic link", { name: "l", content: "/etc", mode: 0o120777 }, "l: is a symbolic link"],
    ["device", { name: "d", mode: 0o020666 }, "d: is no plain file"],
    ["folder that is called a file", { name: "d", mode: 0o040755 }, "d: is no plain file"],
    ["set-user bit", { name: "s", mode: 0o104755 }, "s: has a set-user, set-group or sticky bit"],
    ["password", { name: "p", content: "k".repeat(12), size: 0, flags: 0x801 }, "p: is encrypted"],
    [
      "unknown method",
      { name: "m", method: 14 },
      "m: is compressed by method 14; 0 and 8 are known",
    ],
    ["folder with content", { name: "f/", content: "x", mode: 0 }, "f/: is a folder with content"],
  ];
  test.each(entries)("when it has a %s", async (_, part, why) => {
    expect(await problems([GOOD, part])).toEqual([why]);
  });

  test("when an extra field calls a file something else", async () => {
    const other = Buffer.from("../evil");
    const data = Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), other]);
    data.writeUInt32LE(crc32("good"), 1);
    const extra = Buffer.concat([Buffer.from([0x75, 0x70, data.length, 0]), data]);
    expect(await problems([{ name: "good", extra }])).toEqual(["good: is called ../evil as well"]);
  });

  test("when its header calls a file something else", async () => {
    const zip = await openZip(craftZip([{ ...GOOD, localName: "moon.mod.jsan" }]));
    expect(zip.read("moon.mod.json")).rejects.toThrow("it has two names");
  });

  test("when it hides bytes behind its directory", async () => {
    const why = "the archive has bytes between its directory and its end, or a comment";
    expect(await problems([GOOD], { comment: "hello" })).toEqual([why]);
    expect(await problems([GOOD], { gap: Buffer.alloc(10) })).toEqual([why]);
    expect(await problems([GOOD, { name: "hidden" }], { count: 1 })).toEqual([why]);
  });

  test("with all that is wrong with it at once", async () => {
    const all = await problems([{ name: "../x" }, { name: "l", mode: 0o120777 }, GOOD, GOOD]);
    expect(all).toHaveLength(3);
    const failure = await openZip(craftZip([{ name: "../x" }, { name: "/y" }])).catch((e) => e);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure.code).toBe("invalid");
    expect(failure.message).toBe('../x: has ".." in its path (and 1 more)');
  });
});

describe("a bomb", () => {
  const limits: ZipLimits = { archive: 2_000, entries: 10, unpacked: 10_000 };

  test("is known by the bytes that it declares", async () => {
    const parts = [
      { name: "a", content: "a".repeat(6_000), deflate: true },
      { name: "b", content: "a".repeat(6_000), deflate: true },
    ];
    expect(await problems(parts, {}, limits)).toEqual([
      "the archive unpacks to 12000 bytes, more than 10000",
    ]);
  });

  test("that declares less is stopped at what it declared", async () => {
    const bomb = craftZip([
      { name: "a", content: Buffer.alloc(50_000_000), deflate: true, size: 100 },
    ]);
    const zip = await openZip(bomb);
    const before = process.memoryUsage().rss;
    expect(zip.read("a")).rejects.toThrow("a: ");
    expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
  });

  test("is known by the number of its files, also when it declares too many", async () => {
    const many = Array.from({ length: 11 }, (_, at) => ({ name: `f${at}` }));
    const [why] = await problems(many, {}, limits);
    expect(why).toEndWith("it says it holds 11 files, more than 10");
    expect((await problems([GOOD], { count: 60_000 }, limits))[0]).toContain("60000");
    expect(await problems([GOOD], { count: 5 }, limits)).toHaveLength(1);
  });

  test("is known by its own size", async () => {
    const [why] = await problems([{ name: "a", content: "a".repeat(3_000) }], {}, limits);
    expect(why).toMatch(/^the archive is 3\d\d\d bytes, more than the 2000 allowed$/);
    const { problems: found } = await inspectZip(
      craftZip([{ name: "a", content: "a".repeat(3_000) }]),
      limits,
    );
    expect(found[0]?.fix).toContain("with exclude in the manifest");
  });
});

describe("a damaged archive", () => {
  const lies: [string, Partial<Part>][] = [
    ["shorter than it says", { size: 3, packedSize: 3 }],
    ["longer than it says", { size: 9, deflate: true }],
    ["of another CRC", { crc: 1 }],
    ["deflated badly", { method: 8 }],
  ];
  test.each(lies)("does not give a file %s", async (_, lie) => {
    const zip = await openZip(craftZip([{ name: "a", content: "hello", ...lie }]));
    const failure = await zip.read("a").catch((error) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure.code).toBe("invalid");
  });

  test("is refused, or read right, and never crashes the reader", async () => {
    const whole = await craftZip([
      GOOD,
      { name: "src/a.mbt", content: "fn main {}".repeat(20), deflate: true },
    ]).bytes();
    const tries: Uint8Array[] = [];
    forAll(300, (random) => {
      const bytes = whole.slice(0, random.chance(0.2) ? random.int(whole.length) : whole.length);
      for (let i = random.int(4); i >= 0; i--) bytes[random.int(bytes.length)] = random.int(256);
      tries.push(bytes);
    });
    for (const bytes of tries) {
      try {
        const zip = await openZip(new Blob([bytes]));
        for (const { path } of zip.files) await zip.read(path);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
      }
    }
  });
});
