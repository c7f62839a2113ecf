import { expect, test } from "bun:test";
import { parseCommand } from "../../../src/git/protocol/command.ts";
import { parseFetchV0, parseFetchV2 } from "../../../src/git/protocol/fetch-request.ts";
import {
  DELIMITER,
  FLUSH,
  ProtocolError,
  packet,
  RefusedError,
} from "../../../src/git/protocol/pkt-line.ts";
import { SIDE_BAND, SIDE_BAND_64K } from "../../../src/git/protocol/sideband.ts";

const A = "a".repeat(40);
const B = "b".repeat(40);

const lines = (...texts: string[]) => Buffer.concat(texts.map((each) => packet(`${each}\n`)));

test("a v0 clone of depth one is understood", () => {
  const body = Buffer.concat([
    lines(`want ${A} multi_ack_detailed no-done side-band-64k thin-pack ofs-delta agent=git/2`),
    lines("deepen 1"),
    FLUSH,
    lines("done"),
  ]);
  expect(parseFetchV0(body)).toEqual({
    wants: [A],
    haves: [],
    shallows: [],
    deepen: { by: "depth", depth: 1, relative: false },
    filter: undefined,
    done: true,
    waitForDone: false,
    thinPack: true,
    ofsDelta: true,
    sideBandLimit: SIDE_BAND_64K,
    multiAck: "multi_ack_detailed",
    noDone: true,
  });
});

test("a v0 client without side-band gets an unframed pack, one with the old one small packets", () => {
  expect(parseFetchV0(Buffer.concat([lines(`want ${A}`), FLUSH])).sideBandLimit).toBe(0);
  const old = Buffer.concat([lines(`want ${A} side-band`), FLUSH]);
  expect(parseFetchV0(old).sideBandLimit).toBe(SIDE_BAND);
});

test("a v0 request has lines and ends of lists, and nothing else", () => {
  const body = Buffer.concat([lines(`want ${A}`), DELIMITER, FLUSH, lines("done")]);
  expect(() => parseFetchV0(body)).toThrow(new ProtocolError("unexpected delimiter packet"));
});

test("a v2 fetch of a shallow clone is understood", () => {
  const request = parseFetchV2([
    "thin-pack",
    "no-progress",
    "ofs-delta",
    `shallow ${A}`,
    `want ${B}`,
    `have ${A}`,
  ]);
  expect(request).toMatchObject({ wants: [B], haves: [A], shallows: [A], done: false });
});

test("a relative depth, a date and a ref to stop at are understood", () => {
  expect(parseFetchV2([`want ${A}`, "deepen 3", "deepen-relative"]).deepen).toEqual({
    by: "depth",
    depth: 3,
    relative: true,
  });
  expect(parseFetchV2([`want ${A}`, "deepen-since 5", "deepen-not refs/x"]).deepen).toEqual({
    by: "revision",
    since: 5,
    not: ["refs/x"],
  });
});

test.each([
  ["want nothing", "no object id in 'want nothing'"],
  [`have ${A}a`, `no object id in 'have ${A}a'`],
  ["deepen 0", "invalid 'deepen 0'"],
  ["deepen -1", "invalid 'deepen -1'"],
  ["deepen 99999999999999999999", "invalid 'deepen 99999999999999999999'"],
  ["", "unexpected line: ''"],
  [`want ${"x".repeat(2_000)}`, `no object id in 'want ${"x".repeat(75)}'`],
  [`deepen ${"x".repeat(2_000)}`, `invalid 'deepen ${"x".repeat(73)}'`],
  ["x".repeat(2_000), `unexpected line: '${"x".repeat(80)}'`],
])("refuses %p rather than send a wrong pack", (line, problem) => {
  expect(() => parseFetchV2([line])).toThrow(new ProtocolError(problem));
});

test("a clone without files is understood, in each version; no other filter is", () => {
  const v0 = Buffer.concat([lines(`want ${A} filter ofs-delta`, "filter blob:none"), FLUSH]);
  expect(parseFetchV0(v0).filter).toBe("blob:none");
  expect(parseFetchV2([`want ${A}`, "filter blob:none"]).filter).toBe("blob:none");
  for (const filter of ["tree:0", "blob:limit=1k", ""]) {
    const problem = new RefusedError(`upload-pack: filter '${filter}' not supported`);
    expect(() => parseFetchV2([`filter ${filter}`])).toThrow(problem);
  }
});

test("a depth and a date together are refused", () => {
  expect(() => parseFetchV2(["deepen 1", "deepen-since 5"])).toThrow(ProtocolError);
});

test("a v2 command has a name, arguments and an end", () => {
  const body = Buffer.concat([
    lines("command=ls-refs", "agent=git/2", "object-format=sha1"),
    DELIMITER,
    lines("peel", "ref-prefix HEAD"),
    FLUSH,
  ]);
  expect(parseCommand(body)).toEqual({ name: "ls-refs", args: ["peel", "ref-prefix HEAD"] });
});

test.each([
  ["no command", Buffer.concat([lines("agent=x"), FLUSH]), "no command given"],
  ["no end", lines("command=fetch"), "command without an end"],
  [
    "another hash",
    Buffer.concat([lines("command=fetch", "object-format=sha256"), FLUSH]),
    "unsupported object-format=sha256",
  ],
  [
    "two commands",
    Buffer.concat([lines("command=fetch"), FLUSH, lines("command=fetch"), FLUSH]),
    "more than one command in a request",
  ],
])("refuses a v2 request with %s", (_, body, problem) => {
  expect(() => parseCommand(body)).toThrow(new ProtocolError(problem));
});

test("what is said again is one line, and of others there may be only so many", () => {
  const oid = (at: number) => at.toString(16).padStart(40, "0");
  const haves = (count: number, of: (at: number) => string) =>
    parseFetchV2([`want ${A}`, ...Array.from({ length: count }, (_, at) => `have ${of(at)}`)])
      .haves;
  expect(haves(100_000, () => B)).toEqual([B]);
  expect(haves(40_000, oid)).toHaveLength(40_000);
  expect(() => haves(40_001, oid)).toThrow(ProtocolError);
  const wants = (count: number) =>
    parseFetchV2(Array.from({ length: count }, (_, at) => `want ${oid(at)}`)).wants;
  expect(wants(200_000)).toHaveLength(200_000);
  expect(() => wants(200_001)).toThrow(ProtocolError);
});
