import { expect, test } from "bun:test";
import {
  MAX_PAYLOAD,
  ProtocolError,
  packet,
  packets,
  packetsOf,
  text,
} from "../../../src/git/protocol/pkt-line.ts";
import { forAll } from "../../support/random.ts";

test("a packet says its length, which counts the length itself", () => {
  expect(packet("a\n").toString()).toBe("0006a\n");
  expect(packet("").toString()).toBe("0004");
});

test("markers and payloads are told apart", () => {
  const message = Buffer.from("0006a\n00000001000200040005b");
  expect([...packets(message)].map((each) => each.kind)).toEqual([
    "data",
    "flush",
    "delimiter",
    "response-end",
    "data",
    "data",
  ]);
});

test("the line end is no part of a text", () => {
  expect(text(Buffer.from("want x\n"))).toBe("want x");
  expect(text(Buffer.from("want x"))).toBe("want x");
  expect(text(Buffer.from(""))).toBe("");
});

test.each([
  ["no number", "00zz", "bad pkt-line length at byte 0"],
  ["a sign", "+006a\n", "bad pkt-line length at byte 0"],
  ["a length of three", "0003", "bad pkt-line length 3 at byte 0"],
  ["a length past the limit", "fff1", "bad pkt-line length 65521 at byte 0"],
  ["a payload that is cut short", "0006a\n0009ab", "pkt-line at byte 6 is cut short"],
  ["a length that is cut short", "0006a\n00", "pkt-line at byte 6 is cut short"],
])("refuses %s and names the byte", (_, message, problem) => {
  expect(() => [...packets(Buffer.from(message))]).toThrow(new ProtocolError(problem));
});

test.each([
  ["no number", "0006a\n0006b\n00zz", "bad pkt-line length at byte 12"],
  ["what is cut short", "0006a\n0006b\n0006c", "pkt-line at byte 12 is cut short"],
])("names the byte of %s in what comes in pieces, too", async (_, message, problem) => {
  for (const size of [1, 5, 7, 100]) {
    async function* pieces() {
      for (let at = 0; at < message.length; at += size) {
        yield Buffer.from(message.slice(at, at + size));
      }
    }
    await expect(Array.fromAsync(packetsOf(pieces()))).rejects.toThrow(new ProtocolError(problem));
  }
});

test("a payload that no packet can carry is refused", () => {
  expect(() => packet(Buffer.alloc(MAX_PAYLOAD + 1))).toThrow(RangeError);
  expect(packet(Buffer.alloc(MAX_PAYLOAD)).length).toBe(65520);
});

test("what is framed is read back, whatever it is", () => {
  forAll(50, (random) => {
    const payloads = Array.from({ length: random.int(20) }, () => random.bytes(random.int(300)));
    const read = [...packets(Buffer.concat(payloads.map((each) => packet(each))))];
    expect(read).toEqual(payloads.map((data) => ({ kind: "data", data })));
  });
});

test("noise is refused or read, and never crashes otherwise", () => {
  forAll(300, (random) => {
    const noise = Buffer.from(
      Array.from({ length: random.int(60) }, () => random.pick([48, 49, 50, 52, 54, 102, 10, 255])),
    );
    try {
      for (const each of packets(noise)) expect(each.kind).toBeString();
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
    }
  });
});
