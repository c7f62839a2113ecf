import { describe, expect, test } from "bun:test";
import { parse } from "smol-toml";
import { lineOf, scan } from "../../src/config/scan.ts";
import { forAll, type Random } from "../support/random.ts";

const TEXT = `# port = 1
title = "a # no comment" # but this is
dotted . "quoted.key" = 1

[server] # port = 2
description = """
port = 3
[server]
"""
path = '''
[fake]'''
port = 8080

[[sources]]
name = "first"
list = [
  1, # ]
  "]",
  [ 2, 3 ],
]

[sources.auth]
token = "x"

[[sources]]
auth = { type = "basic", username = "u" }
"na me" = ''
`;

describe("lineOf", () => {
  const lines: [path: (string | number)[], line: number][] = [
    [["title"], 2],
    [["dotted", "quoted.key"], 3],
    [["server"], 5],
    [["server", "description"], 6],
    [["server", "path"], 10],
    [["server", "port"], 12],
    [["server", "absent"], 5],
    [["sources", 0], 14],
    [["sources", 0, "list"], 16],
    [["sources", 0, "list", 0], 17],
    [["sources", 0, "list", 1], 18],
    [["sources", 0, "list", 2, 1], 19],
    [["sources", 0, "auth"], 22],
    [["sources", 0, "auth", "token"], 23],
    [["sources", 1], 25],
    [["sources", 1, "auth", "username"], 26],
    [["sources", 1, "na me"], 27],
    [["absent"], 1],
  ];
  for (const [path, line] of lines) {
    test(`finds ${path.join(".")} on line ${line}`, () => {
      parse(TEXT); // the example is TOML
      expect(lineOf(TEXT, path)).toBe(line);
    });
  }

  test("counts Windows line ends once", () => {
    expect(lineOf("a = 1\r\n\r\nb = 2\r\n", ["b"])).toBe(3);
  });
});

describe("scan", () => {
  test("gives the whole text, statement by statement", () => {
    const { statements } = scan(TEXT);
    expect(statements.map(({ start, end }) => TEXT.slice(start, end)).join("")).toBe(TEXT);
  });

  test("finds every value of any TOML, each where it is written", () => {
    forAll(300, (random) => {
      const text = randomToml(random);
      const data = parse(text);
      for (const { path, value } of scan(text).members) {
        const found = path.reduce(
          (at: unknown, word) => (at as Record<string, unknown>)[word],
          data,
        );
        const written = parse(`value = ${text.slice(value.start, value.end)}`).value;
        expect(JSON.stringify(written)).toBe(JSON.stringify(found));
      }
    });
  });

  test("ends on a text that is no TOML", () => {
    for (const text of ["[", "a", "a = [", "a = {", "a = {]", 'a = """', "= = ="]) scan(text);
  });
});

const SCALARS = [
  "1",
  "-0.5e3",
  "true",
  "1979-05-27T07:32:00Z",
  '"a # b"',
  '"quote \\" and \\\\"',
  "'raw \\'",
  '""',
  "''",
  '"""\nlines\n[x]\na = 1 # no\n"""',
  '"""quotes """"',
  "'''\n'quoted'''''",
  '"""back \\""" slash"""',
];

function randomValue(random: Random, depth = 0): string {
  const kind = depth > 2 ? 0 : random.int(4);
  const filler = () => random.pick(["", " ", "\n", ' # ] } , "\n', "\t"]);
  if (kind === 2) {
    const items = Array.from({ length: random.int(4) }, () => randomValue(random, depth + 1));
    return `[${items.map((item) => `${filler()}${item}${filler()},`).join("")}${filler()}]`;
  }
  if (kind === 3) {
    const pairs = Array.from(
      { length: random.int(3) },
      (_, i) => `${randomKey(random, i)} = ${randomValue(random, depth + 1)}`,
    );
    return `{ ${pairs.join(", ")} }`;
  }
  return random.pick(SCALARS);
}

function randomKey(random: Random, i: number): string {
  return random.pick([`k${i}`, `"k ${i} = \\""`, `'k.${i}]'`, `k${i} . sub`, `k${i}."s#"`]);
}

function randomToml(random: Random): string {
  const lines: string[] = [];
  for (let table = 0; table < 4; table++) {
    if (table > 0)
      lines.push(random.pick([`[t${table}]`, "[[list]]", `[ t${table} . "sub" ] # [x]`]));
    for (let i = 0; i < random.int(4); i++) {
      lines.push(`${randomKey(random, i)} = ${randomValue(random)}${random.pick(["", " # note"])}`);
      if (random.chance(0.3)) lines.push(random.pick(["", "# [comment]", "  # a = 1"]));
    }
  }
  return lines.join(random.pick(["\n", "\r\n"]));
}
