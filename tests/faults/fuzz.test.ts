/**
 * Parsers of what comes from outside, fed with damaged input. They may refuse it, in the way that they
 * are said to; they may not crash, hang, or fail in another way.
 */
import { describe, expect, test } from "bun:test";
import { parseConfig } from "../../src/config/load.ts";
import { scan } from "../../src/config/scan.ts";
import { Failure } from "../../src/errors.ts";
import { matchesEtag } from "../../src/etag.ts";
import { applyDelta, createDelta } from "../../src/git/delta.ts";
import { encodeCommit, encodeTree, parseCommit, parseTree } from "../../src/git/object.ts";
import { encodePackIndex, readPackIndex } from "../../src/git/pack-index.ts";
import { parseCommand } from "../../src/git/protocol/command.ts";
import { parseFetchV0, parseFetchV2 } from "../../src/git/protocol/fetch-request.ts";
import { parseLsRefs } from "../../src/git/protocol/ls-refs.ts";
import {
  DELIMITER,
  FLUSH,
  ProtocolError,
  packet,
  packets,
} from "../../src/git/protocol/pkt-line.ts";
import { parseModuleFile } from "../../src/index/mod.ts";
import { parseArchivePath } from "../../src/server/archive-path.ts";
import { parseRange } from "../../src/server/archive-response.ts";
import { mutate } from "../support/mutate.ts";
import { createRandom, forAll } from "../support/random.ts";
import { sampleIndex } from "../support/upstream/mod.ts";

interface Target {
  readonly name: string;
  /** Valid ones, to begin with. */
  readonly inputs: readonly (string | Uint8Array)[];
  readonly parse: (data: Buffer) => unknown;
  /** What it may throw. */
  readonly throws?: readonly (new (
    ...args: never[]
  ) => Error)[];
}

const A = "a".repeat(40);
const B = "0123456789".repeat(4);
const lines = (...texts: string[]) => Buffer.concat(texts.map((each) => packet(`${each}\n`)));
const random = createRandom(11);
const base = random.bytes(3_000);
const target = Buffer.concat([base.subarray(1_000), random.bytes(50), base.subarray(0, 500)]);
const text = (data: Buffer) => data.toString("utf8");

const TARGETS: readonly Target[] = [
  {
    name: "pkt-lines",
    inputs: [Buffer.concat([lines("command=fetch", "agent=x"), DELIMITER, lines("done"), FLUSH])],
    parse: (data) => [...packets(data)],
    throws: [ProtocolError],
  },
  {
    name: "upload-pack requests, v2",
    inputs: [
      Buffer.concat([
        lines("command=fetch", "object-format=sha1"),
        DELIMITER,
        lines("thin-pack", "ofs-delta", "deepen-since 1700000000", `shallow ${A}`),
        lines(`want ${A}`, `have ${B}`, "done"),
        FLUSH,
      ]),
      Buffer.concat([
        lines("command=ls-refs"),
        DELIMITER,
        lines("peel", "symrefs", "ref-prefix refs/heads/"),
        FLUSH,
      ]),
    ],
    parse(data) {
      const { name, args } = parseCommand(data);
      if (name === "ls-refs") parseLsRefs(args);
      else parseFetchV2(args);
    },
    throws: [ProtocolError],
  },
  {
    name: "upload-pack requests, v0",
    inputs: [
      Buffer.concat([
        lines(`want ${A} multi_ack_detailed side-band-64k ofs-delta`, `shallow ${B}`, "deepen 1"),
        FLUSH,
        lines(`have ${B}`, "done"),
      ]),
    ],
    parse: parseFetchV0,
    throws: [ProtocolError],
  },
  {
    name: "index lines",
    inputs: [
      sampleIndex()
        .slice(0, 3)
        .map(({ line }) => line)
        .join("\n"),
    ],
    parse: (data) => parseModuleFile("a/b", data),
  },
  {
    name: "trees",
    inputs: [
      encodeTree([
        { mode: "100644", name: "b.index", oid: A },
        { mode: "40000", name: "原来", oid: B },
      ]),
    ],
    parse: parseTree,
    throws: [SyntaxError],
  },
  {
    name: "commits",
    inputs: [encodeCommit({ tree: A, parents: [B], time: 1, message: "update a/b\n" }, "a <b@c>")],
    parse: parseCommit,
    throws: [SyntaxError],
  },
  {
    name: "deltas",
    inputs: [createDelta(base, target)],
    parse: (data) => applyDelta(base, data),
    throws: [RangeError, SyntaxError],
  },
  {
    name: "pack indexes",
    inputs: [
      encodePackIndex(
        [A, B].map((oid, at) => ({ oid, offset: 12 + at * 30, crc32: at })),
        random.bytes(20),
      ),
    ],
    parse(data) {
      const index = readPackIndex(data);
      index.offsetOf(A);
      index.offsetOf(B);
    },
    throws: [SyntaxError, RangeError],
  },
  {
    name: "registry.toml",
    inputs: [
      `default_source = "up"\n[registry]\nname = "x" # why\n[[sources]]\nname = "up"\nurl = "https://up.example"\n` +
        `auth = { type = "bearer", token = "\${T}" }\n[mirror]\npackages = ["a/*", """b"""]\n`,
    ],
    parse(data) {
      parseConfig(text(data), "registry.toml");
      scan(text(data));
    },
    throws: [Failure],
  },
  {
    name: "archive paths",
    inputs: ["moonbitlang%2Fx%2F0.4.40.zip", "a/b/c/1.0.0-rc.1+5.zip"],
    parse: (data) => parseArchivePath(text(data)),
  },
  {
    name: "ranges and validators",
    inputs: ["bytes=0-99", 'W/"abc", "def"'],
    parse(data) {
      const range = parseRange(text(data), 1_000);
      if (typeof range === "object") {
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeLessThan(1_000);
        expect(range.start).toBeLessThanOrEqual(range.end);
      }
      matchesEtag(text(data), '"abc"');
    },
  },
];

const RUNS = 2_000;

describe("damaged", () => {
  test.each(TARGETS.map((each) => [each.name, each] as const))("%s", (_, each) => {
    const { inputs, parse, throws = [] } = each;
    for (const input of inputs) expect(() => parse(Buffer.from(input))).not.toThrow();
    forAll(RUNS, (chance) => {
      const data = mutate(chance, Buffer.from(chance.pick(inputs)));
      try {
        parse(data);
      } catch (error) {
        if (throws.some((kind) => error instanceof kind)) return;
        throw new Error(`input ${JSON.stringify(data.toString("latin1"))}`, { cause: error });
      }
    });
  });
});
