/** Modules made to be looked at: a README with all that READMEs have, and one that means harm. */
import { HOSTILE } from "./hostile-readme.ts";
import { parseEntries, type SampleEntry, sampleIndex } from "./upstream/mod.ts";

const LINES = [
  {
    name: "demo/guide",
    version: "1.2.0",
    created_at: "2025-11-03T09:00:00Z",
    license: "Apache-2.0",
    description: "Everything that a README can show, in one module",
    repository: "https://github.com/example/guide",
    keywords: ["markdown", "example"],
    deps: { "moonbitlang/x": "0.4.34", "moonbitlang/parser": "0.1.16", "nobody/nothing": "1.0.0" },
  },
  {
    name: "demo/guide",
    version: "1.3.0-beta.1",
    created_at: "2025-12-01T09:00:00Z",
    license: "Apache-2.0",
    description: "Everything that a README can show, in one module",
    deps: { "moonbitlang/x": "0.4.34" },
  },
  {
    name: "demo/guide",
    version: "1.1.0",
    created_at: "2025-10-01T09:00:00Z",
    license: "Apache-2.0",
    description: "Everything that a README can show, in one module",
    yanked: true,
    yanked_reason: "loses data when the disk is full",
  },
  {
    name: "demo/hostile",
    version: "0.1.0",
    created_at: "2025-11-05T09:00:00Z",
    description: "<script>window.hacked = 1</script> \u202etxt.exe",
    license: '"><img src=x onerror="window.hacked = 1">',
    repository: "javascript:window.hacked=1",
    keywords: ["<b>bold</b>"],
  },
];

export function showcaseEntries(): SampleEntry[] {
  const checksum = "0".repeat(64);
  const lines = LINES.map((line) => JSON.stringify({ ...line, checksum }));
  return [...sampleIndex(), ...parseEntries(lines.join("\n"))];
}

export function showcaseFiles({ module }: SampleEntry): Record<string, string> | undefined {
  if (module === "demo/guide")
    return { "README.md": GUIDE, "docs/more.md": "# More\n", "img/logo.svg": LOGO };
  if (module === "demo/hostile") {
    const short = Object.values(HOSTILE).filter((text) => text.length < 1000);
    return {
      "README.md": ["# Hostile", ...short].join("\n\n"),
      "evil.svg": EVIL,
      "evil.html": EVIL,
    };
  }
  return undefined;
}

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="32"><rect width="96" height="32" rx="6" fill="#0b6b5d"/></svg>`;
const EVIL = `<svg xmlns="http://www.w3.org/2000/svg" onload="window.hacked=1"><script>window.hacked = 1; document.title = "hacked"</script></svg>`;

const GUIDE = `# Guide

![Logo](img/logo.svg) ![build](https://example.com/badge.svg)

A small library that shows **everything** a README can have. See [more](docs/more.md), the
[source](src/lib.mbt), the [usage](#usage) below and <https://www.moonbitlang.com>.

## Install

\`\`\`sh
moon add demo/guide
\`\`\`

## Usage

\`\`\`moonbit
/// Greets whoever is there.
pub fn greet(name : String, times~ : Int = 1) -> String raise {
  guard times > 0 else { fail("not \\{times} times") }
  let words : Array[String] = []
  for i = 0; i < times; i = i + 1 {
    words.push("Hello, \\{name}!")
  }
  words.iter().join(", ") |> @json.stringify
}

enum Shape {
  Circle(Double)
  Square(side~ : Int)
} derive(Show, Eq)

test "greets" {
  inspect(greet("moon"), content="Hello, moon!")
}
\`\`\`

| Function | What it does | Since |
| --- | --- | ---: |
| \`greet\` | greets | 1.0.0 |
| \`farewell\` | says good-bye, with a rather long explanation that has to wrap somewhere | 1.2.0 |

> Quotes stand aside.

1. First
2. Second
   - nested
   - list

<details><summary>More</summary>

Hidden until asked for.

</details>

\`\`\`json
{ "deps": { "demo/guide": "1.2.0" } }
\`\`\`
`;
