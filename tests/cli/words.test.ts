import { describe, expect, test } from "bun:test";
import { type Grammar, readWords } from "../../src/cli/words.ts";
import { Failure } from "../../src/errors.ts";

const MIRROR: Grammar = {
  name: "mirror",
  options: {
    source: { type: "string", alias: "s", valueHint: "NAME" },
    jobs: { type: "string", alias: "j", valueHint: "N" },
    full: { type: "boolean" },
    quiet: { type: "boolean", alias: "q" },
    color: { type: "boolean", default: true, negativeDescription: "plain" },
    kind: { type: "enum", options: ["git", "http"] },
  },
  operands: [{ name: "PATTERN", help: "a glob", many: true }],
};
const DEFAULT: Grammar = {
  name: "source default",
  options: {},
  operands: [{ name: "NAME", help: "a source", required: true }],
};
const UPDATE: Grammar = {
  name: "update",
  options: {},
  operands: [{ name: "ARGS", help: "handed on", many: true, afterDashes: true }],
};

describe("readWords brings into one form", () => {
  const cases: [words: string[], read: string[]][] = [
    [[], ["--"]],
    [
      ["a/*", "b"],
      ["--", "a/*", "b"],
    ],
    [
      ["a", "--full", "b"],
      ["--full=true", "--", "a", "b"],
    ],
    [
      ["--source", "x", "--source=y"],
      ["--source=x", "--source=y", "--"],
    ],
    [
      ["-s", "x", "-sy", "-s=z"],
      ["--source=x", "--source=y", "--source=z", "--"],
    ],
    [["-qj4"], ["--quiet=true", "--jobs=4", "--"]],
    [
      ["-qj", "4"],
      ["--quiet=true", "--jobs=4", "--"],
    ],
    [["--source=--full"], ["--source=--full", "--"]],
    [["--source="], ["--source=", "--"]],
    [["--no-color"], ["--color=false", "--"]],
    [
      ["--", "--full", "-x"],
      ["--", "--full", "-x"],
    ],
    [["-"], ["--", "-"]],
    [
      ["--kind", "git"],
      ["--kind=git", "--"],
    ],
  ];
  for (const [words, read] of cases) {
    test(words.join(" ") || "nothing", () => expect(readWords(words, MIRROR)).toEqual(read));
  }

  test("words for another program", () => {
    expect(readWords(["--", "-v", "x"], UPDATE)).toEqual(["--", "-v", "x"]);
  });
});

describe("readWords refuses", () => {
  const cases: [words: string[], grammar: Grammar, refusal: string][] = [
    [["--ful"], MIRROR, "unknown option --ful for mirror | did you mean --full?"],
    [["--zzz"], MIRROR, "unknown option --zzz for mirror | see `moonbit-registry mirror --help`"],
    [["--toString"], MIRROR, "unknown option --toString for mirror"],
    [["-x"], MIRROR, "unknown option -x for mirror"],
    [["-qx"], MIRROR, "unknown option -x for mirror"],
    [["--no-colour"], MIRROR, "unknown option --no-colour for mirror | did you mean --no-color?"],
    [["--no-full"], MIRROR, "unknown option --no-full for mirror"],
    [["--no-color=yes"], MIRROR, "unknown option --no-color for mirror"],
    [["--full=yes"], MIRROR, "--full takes no value"],
    [["--source"], MIRROR, "--source wants a value | write --source=NAME"],
    [["-j"], MIRROR, "-j wants a value | write -j N"],
    [["--source", "--full"], MIRROR, "--source wants a value"],
    [["-j", "-1"], MIRROR, "-j wants a value"],
    [["--kind", "gti"], MIRROR, '--kind cannot be "gti" | did you mean git?'],
    [["--kind", "svn"], MIRROR, '--kind cannot be "svn" | it is one of: git, http'],
    [[], DEFAULT, "source default wants NAME | NAME: a source; see"],
    [["a", "b"], DEFAULT, 'source default has no place for "b"'],
    [["x"], UPDATE, 'update has no place for "x" | words for the other program stand behind --'],
  ];
  for (const [words, grammar, refusal] of cases) {
    test(`${grammar.name} ${words.join(" ")}`, () => {
      expect(refusalOf(() => readWords(words, grammar))).toStartWith(refusal);
    });
  }
});

function refusalOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.code).toBe("usage");
    return `${error.message} | ${error.hint}`;
  }
  throw new Error("it was taken");
}
