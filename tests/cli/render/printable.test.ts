import { expect, test } from "bun:test";
import { accessText } from "../../../src/cli/render/access.ts";
import { printable } from "../../../src/cli/render/printable.ts";
import { problemLine } from "../../../src/cli/render/publication.ts";

/** Moves the cursor, turns the writing, ends the line, hides. */
const STEERING = ["\u001b", "\u009b", "\u0007", "\r", "\u202e", "\u2066", "\u2028", "\ufeff"];

const line = { time: "t", client: "c", method: "GET", status: 200, bytes: 1, ms: 1 };

test.each(STEERING)("no text of others brings %j to a terminal", (letter) => {
  const text = `a${letter}b`;
  expect(printable(text)).toMatch(/^a ?b$/);
  expect(problemLine({ message: text })).toBe("a?b");
  expect(accessText({ ...line, path: text, agent: text }, true)).toBe(
    "t c GET a?b 200 1 B 1 ms a?b",
  );
});

test("what is only unusual stays", () => {
  expect(printable("naïve 🐫 数据 👩‍💻")).toBe("naïve 🐫 数据 👩‍💻");
});
