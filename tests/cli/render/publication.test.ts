import { expect, test } from "bun:test";
import { problemLine, publicationLines } from "../../../src/cli/render/publication.ts";

const REPORT = {
  module: "alice/json",
  version: "0.1.0",
  checksum: "ab".repeat(32),
  size: 2_048,
  outcome: "published",
  files: [
    { path: "README.md", size: 10 },
    { path: "src/lib.mbt", size: 2_000 },
  ],
  line: "{}",
  warnings: [],
  registry: "team",
} as const;

test("a publication is one line, and a dry run lists its files and its index line", () => {
  const facts = `2 files, 2.0 KiB, SHA-256 ${REPORT.checksum}`;
  expect(publicationLines(REPORT, false)).toEqual([`Published alice/json@0.1.0 in team: ${facts}`]);
  expect(publicationLines({ ...REPORT, outcome: "unchanged" }, false)).toEqual([
    `alice/json@0.1.0 is published in team already, with these bytes: SHA-256 ${REPORT.checksum}`,
  ]);
  expect(publicationLines({ ...REPORT, outcome: "checked", registry: null }, true)).toEqual([
    "   10 B  README.md",
    "2.0 KiB  src/lib.mbt",
    "{}",
    `Would publish alice/json@0.1.0: ${facts}`,
  ]);
});

test("a problem is one line that steers no terminal, whatever a server says", () => {
  expect(problemLine({ file: "a", line: 3, message: "is bad", fix: "mend it" })).toBe(
    "a, line 3: is bad; mend it",
  );
  expect(problemLine({ file: ".", message: "is bad", fix: "mend it" })).toBe("is bad; mend it");
  expect(problemLine({ file: "\u001b[2J\u202e", message: "x\ny", fix: 1 })).toBe("?[2J?: x?y");
  expect(problemLine(null)).toBe("something is wrong");
});
