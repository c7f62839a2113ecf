/** What a client is told that it may ask for. */
import { expect, test } from "bun:test";
import { advertiseRefs, advertiseV2 } from "../../../src/git/protocol/advertisement.ts";
import { packets } from "../../../src/git/protocol/pkt-line.ts";

const A = "a".repeat(40);
const MAIN = "refs/heads/main";
const REFS = [
  { name: "HEAD", oid: A, symrefTarget: MAIN },
  { name: MAIN, oid: A },
];

/** Every packet as text, as it is on the wire. */
const wire = (body: Buffer) =>
  Array.from(packets(body), (part) =>
    part.kind === "data" ? part.data.toString() : `<${part.kind}>`,
  );

const CAN =
  "multi_ack multi_ack_detailed no-done thin-pack side-band side-band-64k ofs-delta shallow " +
  "deepen-since deepen-not deepen-relative no-progress include-tag allow-tip-sha1-in-want " +
  "allow-reachable-sha1-in-want filter object-format=sha1";

const SERVICE = ["# service=git-upload-pack\n", "<flush>"];

test("the first ref carries all that can be asked for, and what HEAD stands for", () => {
  const refs = [`${A} HEAD\0${CAN} symref=HEAD:${MAIN} agent=x/1\n`, `${A} ${MAIN}\n`, "<flush>"];
  expect(wire(advertiseRefs(REFS, "x/1", 0))).toEqual([...SERVICE, ...refs]);
  expect(wire(advertiseRefs(REFS, "x/1", 1))).toEqual([...SERVICE, "version 1\n", ...refs]);
});

test("where there is no ref a line stands for it", () => {
  expect(wire(advertiseRefs([], "x/1", 0))).toEqual([
    ...SERVICE,
    `${"0".repeat(40)} capabilities^{}\0${CAN} agent=x/1\n`,
    "<flush>",
  ]);
});

test("version 2 tells of its commands, and of no ref", () => {
  expect(wire(advertiseV2("x/1"))).toEqual([
    ...SERVICE,
    "version 2\n",
    "agent=x/1\n",
    "ls-refs=unborn\n",
    "fetch=shallow filter\n",
    "object-format=sha1\n",
    "<flush>",
  ]);
});
