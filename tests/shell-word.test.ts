import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { shellWord } from "../src/shell-word.ts";
import { forAll } from "./support/random.ts";

test("what every shell takes as it is stays so", () => {
  for (const word of ["reg", "/srv/reg-1/x.y_z", "https://a:8080/x,y=z@1+2%20"]) {
    expect(shellWord(word, "linux")).toBe(word);
  }
  expect(shellWord("C:\\reg", "win32")).toBe("C:\\reg");
});

test("anything else stands in quotes", () => {
  expect(shellWord("my reg é", "linux")).toBe("'my reg é'");
  expect(shellWord("a'b", "linux")).toBe("'a'\\''b'");
  expect(shellWord("", "linux")).toBe("''");
  expect(shellWord("my reg", "win32")).toBe('"my reg"');
});

test.skipIf(!existsSync("/bin/sh"))("a shell reads each word as it was", () => {
  const pieces = [
    "'",
    '"',
    "$(id)",
    "`id`",
    "\\",
    " ",
    "\n",
    "*",
    "~",
    "a",
    ";",
    "&",
    "#",
    "!",
    "é",
  ];
  const words: string[] = [];
  forAll(60, (random) => {
    words.push(Array.from({ length: random.int(6) }, () => random.pick(pieces)).join(""));
  });
  const script = `printf '%s\\0' ${words.map((word) => shellWord(word, "linux")).join(" ")}`;
  const { stdout } = Bun.spawnSync(["/bin/sh", "-c", script]);
  expect(stdout.toString().split("\0").slice(0, -1)).toEqual(words);
});
