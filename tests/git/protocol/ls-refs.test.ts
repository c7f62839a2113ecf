/** Which refs a version 2 client is told of, and how. */
import { expect, test } from "bun:test";
import { encodeLsRefs, parseLsRefs } from "../../../src/git/protocol/ls-refs.ts";
import { packets, text } from "../../../src/git/protocol/pkt-line.ts";

const A = "a".repeat(40);
const MAIN = "refs/heads/main";
const REFS = [
  { name: "HEAD", oid: A, symrefTarget: MAIN },
  { name: MAIN, oid: A },
];

function told(refs: typeof REFS, ...args: string[]): string[] {
  const parts = Array.from(packets(encodeLsRefs(refs, parseLsRefs(args), MAIN)));
  expect(parts.at(-1)).toEqual({ kind: "flush" });
  return parts.flatMap((part) => (part.kind === "data" ? [text(part.data)] : []));
}

test("every ref is told of, or those that begin as one of the prefixes", () => {
  expect(told(REFS)).toEqual([`${A} HEAD`, `${A} ${MAIN}`]);
  expect(told(REFS, "peel", "ref-prefix refs/heads/")).toEqual([`${A} ${MAIN}`]);
  expect(told(REFS, "ref-prefix refs/tags/", "ref-prefix HEAD")).toEqual([`${A} HEAD`]);
  expect(told(REFS, "ref-prefix refs/tags/")).toEqual([]);
});

test("what a ref stands for is told to who asks", () => {
  expect(told(REFS, "symrefs")).toEqual([`${A} HEAD symref-target:${MAIN}`, `${A} ${MAIN}`]);
});

test("who asks is told of the HEAD that has no commit yet", () => {
  expect(told([])).toEqual([]);
  expect(told([], "symrefs")).toEqual([]);
  expect(told([], "unborn")).toEqual(["unborn HEAD"]);
  expect(told([], "unborn", "symrefs", "ref-prefix HEAD")).toEqual([
    `unborn HEAD symref-target:${MAIN}`,
  ]);
  expect(told([], "unborn", "ref-prefix refs/")).toEqual([]);
  expect(told(REFS, "unborn")).toEqual([`${A} HEAD`, `${A} ${MAIN}`]);
});
