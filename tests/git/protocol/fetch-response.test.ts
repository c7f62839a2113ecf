/** What is said before a pack, line by line, as the protocol's documents have it. */
import { describe, expect, test } from "bun:test";
import {
  type FetchRequest,
  parseFetchV0,
  parseFetchV2,
} from "../../../src/git/protocol/fetch-request.ts";
import {
  encodeV0,
  encodeV2,
  type Negotiation,
  NOTHING_COMMON,
} from "../../../src/git/protocol/fetch-response.ts";
import { FLUSH, packet, packets, text } from "../../../src/git/protocol/pkt-line.ts";

const W = "0".repeat(40);
const A = "a".repeat(40);
const B = "b".repeat(40);
const CUT = { shallow: [A], unshallow: [B] };
const COMMON: Negotiation = { common: [A, B], ready: false };
const READY: Negotiation = { common: [A, B], ready: true };

type Encode = typeof encodeV2;

/** The lines of an answer, with the marks between them, and whether a pack follows. */
function said(encode: Encode, request: FetchRequest, negotiation: Negotiation, cut?: typeof CUT) {
  const { head, pack } = encode(request, negotiation, cut);
  const lines = Array.from(packets(head), (part) =>
    part.kind === "data" ? text(part.data) : `<${part.kind}>`,
  );
  return [...lines, ...(pack ? ["…pack…"] : [])];
}

describe("version 2", () => {
  const v2 = (more: string[], negotiation: Negotiation, cut?: typeof CUT) =>
    said(encodeV2, parseFetchV2([`want ${W}`, `have ${A}`, ...more]), negotiation, cut);

  test("as long as the client asks, it is told what is known, and whether it is enough", () => {
    expect(v2([], NOTHING_COMMON)).toEqual(["acknowledgments", "NAK", "<flush>"]);
    expect(v2([], COMMON)).toEqual(["acknowledgments", `ACK ${A}`, `ACK ${B}`, "<flush>"]);
    const enough = ["acknowledgments", `ACK ${A}`, `ACK ${B}`, "ready"];
    expect(v2([], READY)).toEqual([...enough, "<delimiter>", "packfile", "…pack…"]);
    expect(v2(["wait-for-done"], READY)).toEqual([...enough, "<flush>"]);
  });

  test("who has asked enough gets the pack at once", () => {
    for (const known of [NOTHING_COMMON, COMMON]) {
      expect(v2(["done"], known)).toEqual(["packfile", "…pack…"]);
    }
  });

  test("how the history is cut comes with the pack, and not before", () => {
    const cut = ["shallow-info", `shallow ${A}`, `unshallow ${B}`, "<delimiter>"];
    expect(v2(["done"], NOTHING_COMMON, CUT)).toEqual([...cut, "packfile", "…pack…"]);
    expect(v2([], READY, CUT).slice(4)).toEqual(["<delimiter>", ...cut, "packfile", "…pack…"]);
    expect(v2([], COMMON, CUT)).toEqual(v2([], COMMON));
  });
});

describe("version 0", () => {
  const v0 = (
    capabilities: string,
    more: readonly string[],
    negotiation: Negotiation,
    cut?: typeof CUT,
  ) => {
    const lines = [`want ${W} ${capabilities}`, "", ...more];
    const body = lines.map((line) => (line === "" ? FLUSH : packet(`${line}\n`)));
    return said(encodeV0, parseFetchV0(Buffer.concat(body)), negotiation, cut);
  };
  const HAVES = [`have ${A}`, `have ${B}`];

  test("a client that takes one word gets the last of what is known, or NAK", () => {
    expect(v0("", HAVES, NOTHING_COMMON)).toEqual(["NAK"]);
    expect(v0("", HAVES, COMMON)).toEqual([`ACK ${B}`]);
    expect(v0("", HAVES, READY)).toEqual([`ACK ${B}`]);
    expect(v0("", [...HAVES, "done"], COMMON)).toEqual([`ACK ${B}`, "…pack…"]);
    expect(v0("", [...HAVES, "done"], NOTHING_COMMON)).toEqual(["NAK", "…pack…"]);
    expect(v0("", ["done"], NOTHING_COMMON)).toEqual(["NAK", "…pack…"]);
  });

  test.each([
    ["multi_ack", "continue"],
    ["multi_ack_detailed", "common"],
  ])("one of %s gets a word for each, and at the end the last again", (how, word) => {
    const each = [`ACK ${A} ${word}`, `ACK ${B} ${word}`];
    expect(v0(how, HAVES, NOTHING_COMMON)).toEqual(["NAK"]);
    expect(v0(how, HAVES, COMMON)).toEqual([...each, "NAK"]);
    expect(v0(how, [...HAVES, "done"], COMMON)).toEqual([...each, `ACK ${B}`, "…pack…"]);
    expect(v0(how, [...HAVES, "done"], NOTHING_COMMON)).toEqual(["NAK", "…pack…"]);
  });

  test("only one of multi_ack_detailed is told that it is enough, and gets the pack unless it wants to say so", () => {
    const each = [`ACK ${A} common`, `ACK ${B} common`, `ACK ${B} ready`, "NAK"];
    expect(v0("multi_ack_detailed", HAVES, READY)).toEqual(each);
    expect(v0("multi_ack_detailed no-done", HAVES, READY)).toEqual([...each, `ACK ${B}`, "…pack…"]);
    expect(v0("multi_ack_detailed no-done", HAVES, COMMON)).not.toContain("…pack…");
    expect(v0("multi_ack no-done", HAVES, READY)).toEqual(v0("multi_ack", HAVES, COMMON));
    expect(v0("multi_ack_detailed", [...HAVES, "done"], READY)).not.toContain(`ACK ${B} ready`);
  });

  test("how the history is cut comes first, also before there is a pack", () => {
    const cut = [`shallow ${A}`, `unshallow ${B}`, "<flush>"];
    expect(v0("", [], NOTHING_COMMON, CUT)).toEqual(cut);
    expect(v0("", ["done"], NOTHING_COMMON, CUT)).toEqual([...cut, "NAK", "…pack…"]);
  });
});
