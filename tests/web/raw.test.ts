import { describe, expect, test } from "bun:test";
import { openZip } from "../../src/packaging/mod.ts";
import { imageType, rawFile } from "../../src/web/raw.ts";
import { languageOf } from "../../src/web/readme/highlight.ts";
import { createRandom } from "../support/random.ts";
import { craftZip, type Part, watchReads } from "../support/zip.ts";

const NAMED = { checksum: "0".repeat(64), named: true };

/** A file of an archive with nothing else in it, and how much of the archive was read since. */
async function fileOf(part: Part, how = NAMED) {
  const { archive, bytesRead } = watchReads(craftZip([part]));
  const zip = await openZip(archive);
  const before = bytesRead();
  return { file: rawFile(zip, String(part.name), how)!, read: () => bytesRead() - before };
}

describe("a file by itself", () => {
  test("is read no further than it is taken, and not at all before", async () => {
    const content = createRandom(1).bytes(16_000_000);
    const { file, read } = await fileOf({ name: "big.bin", content });
    expect([file.size, read()]).toEqual([content.length, 0]);
    const { body } = await file.open();
    const reader = body.getReader();
    await reader.read();
    await reader.read();
    expect(read()).toBeLessThan(2_000_000);
    await reader.cancel();
    expect(read()).toBeLessThan(2_000_000);
  });

  test("comes whole, whatever its length", async () => {
    for (const length of [0, 1, 8_000, 8_001, 1_000_000]) {
      const content = createRandom(length).bytes(length);
      const { file } = await fileOf({ name: "a.png", content, deflate: true });
      const { body } = await file.open();
      expect(Buffer.from(await new Response(body).arrayBuffer()).equals(content)).toBe(true);
    }
  });

  test("that is damaged is refused when that shows at once, and broken off when it shows late", async () => {
    const small = await fileOf({ name: "a.txt", content: "a", crc: 1 });
    await expect(small.file.open()).rejects.toThrow("a.txt: does not have the CRC");
    const big = await fileOf({ name: "b.txt", content: "b".repeat(1_000_000), crc: 1 });
    const { body } = await big.file.open();
    await expect(new Response(body).arrayBuffer()).rejects.toThrow("b.txt: does not have the CRC");
  });

  test.each([
    ["text", "a.mbt", "fn", "text/plain; charset=utf-8", undefined],
    ["an image", "a.PNG", "\0", "image/png", undefined],
    ["anything else", "a.mbt", "\0", "application/octet-stream", "attachment"],
  ])("%s says what it is", async (_, name, content, type, disposition) => {
    const { headers } = await (await fileOf({ name, content })).file.open();
    expect([headers["content-type"], headers["content-disposition"]]).toEqual([type, disposition]);
  });

  test("is kept for ever under an address with its version, and asked for again under others", async () => {
    const kept = async (named: boolean) => {
      const { file } = await fileOf({ name: "a.txt", content: "a" }, { ...NAMED, named });
      return file.headers["cache-control"];
    };
    expect(await kept(true)).toBe("public, max-age=31536000, immutable");
    expect(await kept(false)).toBe("no-cache");
  });
});

test("an ending that is a word of the language itself is no image's and no code's", () => {
  for (const ending of ["constructor", "toString", "valueOf", "__proto__"]) {
    expect(imageType(`a.${ending}`)).toBeUndefined();
    expect(languageOf(`a.${ending}`)).toBeUndefined();
  }
  expect([imageType("a.PNG"), languageOf("a.MBT")]).toEqual(["image/png", "moonbit"]);
});
