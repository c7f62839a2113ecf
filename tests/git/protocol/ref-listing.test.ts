import { expect, test } from "bun:test";
import { advertiseRefs } from "../../../src/git/protocol/advertisement.ts";
import { FLUSH, ProtocolError, packet } from "../../../src/git/protocol/pkt-line.ts";
import { readRefListing } from "../../../src/git/protocol/ref-listing.ts";
import { mutate } from "../../support/mutate.ts";
import { forAll } from "../../support/random.ts";

const A = "a".repeat(40);
const B = "b".repeat(40);
const REFS = [
  { name: "HEAD", oid: A, symrefTarget: "refs/heads/main" },
  { name: "refs/heads/main", oid: A },
  { name: "refs/tags/v1", oid: B },
];
const SERVICE = [packet("# service=git-upload-pack\n"), FLUSH];

test.each([0, 1] as const)("what is listed in version %d is read back", (version) => {
  const { refs, capabilities } = readRefListing(advertiseRefs(REFS, "x/1", version));
  expect(refs).toEqual(REFS.map(({ name, oid }) => ({ name, oid })));
  expect(capabilities.has("side-band-64k")).toBe(true);
  expect(capabilities.has("agent=x/1")).toBe(true);
});

test("a repository without commits lists nothing, and still says what it can do", () => {
  const { refs, capabilities } = readRefListing(advertiseRefs([], "x/1", 0));
  expect(refs).toEqual([]);
  expect(capabilities.has("shallow")).toBe(true);
});

test("a repository whose own history is cut says so", () => {
  const list = [packet(`${A} HEAD\0shallow\n`), packet(`shallow ${B}\n`), FLUSH];
  const { refs, isShallow } = readRefListing(Buffer.concat([...SERVICE, ...list]));
  expect([refs, isShallow]).toEqual([[{ name: "HEAD", oid: A }], true]);
  expect(readRefListing(advertiseRefs(REFS, "x/1", 0)).isShallow).toBe(false);
});

test.each([
  ["a page", Buffer.from("<html>"), "bad pkt-line length at byte 0"],
  ["nothing", Buffer.alloc(0), "cut short"],
  ["another service", Buffer.concat([packet("# service=git-receive-pack\n"), FLUSH]), "service"],
  ["half a list", Buffer.concat([...SERVICE, packet(`${A} HEAD\0shallow\n`)]), "cut short"],
  ["a list of something else", Buffer.concat([...SERVICE, packet("hello\n"), FLUSH]), "no ref"],
  ["an error", Buffer.concat([...SERVICE, packet("ERR not today\n"), FLUSH]), "it says: not today"],
])("%s is refused", (_, body, problem) => {
  expect(() => readRefListing(body)).toThrow(ProtocolError);
  expect(() => readRefListing(body)).toThrow(problem);
});

test("a damaged list is read or refused, and never anything else", () => {
  const valid = advertiseRefs(REFS, "x/1", 1);
  forAll(500, (random) => {
    try {
      for (const { oid } of readRefListing(mutate(random, valid)).refs) {
        expect(oid).toMatch(/^[0-9a-f]{40}$/);
      }
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
    }
  });
});
