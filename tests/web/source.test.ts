import { expect, test } from "bun:test";
import { openZip } from "../../src/packaging/mod.ts";
import { fileContent } from "../../src/web/source.ts";
import { craftZip, type Part, watchReads } from "../support/zip.ts";

async function contentOf(part: Part) {
  const { archive, bytesRead } = watchReads(craftZip([part]));
  const zip = await openZip(archive);
  const before = bytesRead();
  const content = await fileContent(zip, zip.files[0]!);
  return { content, read: bytesRead() - before };
}

test("of a long file the beginning is shown, and not much more is read", async () => {
  const { content, read } = await contentOf({ name: "a.mbt", content: "原\n".repeat(4_000_000) });
  expect(content).toMatchObject({ kind: "text", cut: true });
  expect(String(content.kind === "text" && content.code)).toMatch(/^(?:原\n)+原?$/);
  expect(read).toBeLessThan(2_500_000);
});

test("a file that fits is shown whole, with all of its lines", async () => {
  const { content } = await contentOf({ name: "a.txt", content: "a < b\n\nc\n" });
  expect(content).toMatchObject({ kind: "text", cut: false, lines: 3 });
  expect(String(content.kind === "text" && content.code)).toBe("a &lt; b\n\nc");
});

test("what is no text is not shown as such, and of an image nothing is read", async () => {
  expect((await contentOf({ name: "a.mbt", content: "a\0" })).content).toEqual({ kind: "binary" });
  const image = await contentOf({ name: "a.svg", content: "<svg/>" });
  expect(image).toEqual({ content: { kind: "image" }, read: 0 });
});
