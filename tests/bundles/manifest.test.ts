/** What a bundle may say of itself. */
import { expect, test } from "bun:test";
import {
  archiveName,
  encodeManifest,
  type Manifest,
  PACK,
  PACK_INDEX,
  parseManifest,
  README,
} from "../../src/bundles/manifest.ts";

const hash = (digit: string) => digit.repeat(64);
const file = (path: string, sha256 = hash("0")) => ({ path, size: 1, sha256 });
const archive = (digit: string) => file(archiveName(hash(digit)), hash(digit));

const HEAD = [README, PACK, PACK_INDEX].map((path) => file(path));
const MANIFEST: Manifest = {
  registry: "here",
  series: "0".repeat(32),
  number: 3,
  base: hash("1"),
  baseNumber: 2,
  refs: [
    { name: "refs/heads/main", old: null, new: "a".repeat(40) },
    { name: "refs/remotes/up/main", old: "a".repeat(40), new: null },
    { name: "refs/pins/up", old: null, new: "b".repeat(40) },
  ],
  shallow: ["c".repeat(40)],
  origins: [{ name: "up", index: "https://example.com/git/index", priority: 1, enabled: false }],
  pointers: { "symbols.json": { a: 1 } },
  removed: [hash("2")],
  files: [...HEAD, archive("3"), { ...archive("4"), version: "a/b@1.0.0" }],
};

test("what is written is read back", () => {
  expect(parseManifest(encodeManifest(MANIFEST))).toEqual(MANIFEST);
  const whole = { ...MANIFEST, base: null, baseNumber: null, refs: [], origins: [], files: HEAD };
  expect(parseManifest(encodeManifest(whole))).toEqual(whole);
});

const [README_FILE, PACK_FILE, INDEX_FILE] = HEAD as [Manifest["files"][0], ...Manifest["files"]];

test.each<[string, readonly unknown[]]>([
  ["no files", []],
  ["no README", [PACK_FILE, INDEX_FILE]],
  ["its pack after the index", [README_FILE, INDEX_FILE, PACK_FILE]],
  ["archives out of order", [...HEAD, archive("4"), archive("3")]],
  ["an archive twice", [...HEAD, archive("3"), archive("3")]],
  ["an archive under another's hash", [...HEAD, { ...archive("3"), sha256: hash("4") }]],
  ["an archive that climbs", [...HEAD, file(`packages/../${hash("3")}.zip`, hash("3"))]],
  ["a file that is no archive", [...HEAD, file("registry.toml", hash("3"))]],
  ["a path with a space", [...HEAD, file("packages/a b", hash("3"))]],
  ["a size below nothing", [...HEAD, { ...archive("3"), size: -1 }]],
  ["half a byte", [...HEAD, { ...archive("3"), size: 0.5 }]],
  ["more bytes than a tar can say", [...HEAD, { ...archive("3"), size: 8 ** 11 }]],
  ["a hash in capitals", [...HEAD, { ...archive("a"), sha256: hash("A") }]],
  ["a version of many lines", [...HEAD, { ...archive("3"), version: "a\nb" }]],
])("a manifest with %s is refused", (_, files) => {
  const lie = encodeManifest({ ...MANIFEST, files: files as Manifest["files"] });
  expect(() => parseManifest(lie)).toThrow(expect.objectContaining({ code: "integrity" }));
});

test.each([
  "refs/heads/other",
  "refs/heads/main/x",
  "refs/remotes/up/other",
  "refs/remotes/up.lock/main",
  "refs/remotes/up./main",
  "refs/remotes/../main",
  "refs/remotes/up/main/x",
  "refs/pins/up/x",
  "refs/pins/Up",
  "refs/tags/v1",
  "HEAD",
])("a ref of the name %s is none of a bundle's", (name) => {
  const lie = encodeManifest({ ...MANIFEST, refs: [{ name, old: null, new: "a".repeat(40) }] });
  expect(() => parseManifest(lie)).toThrow(expect.objectContaining({ code: "integrity" }));
});

test("a branch may not go, and no ref and no source may be there twice", () => {
  const [main, remote] = MANIFEST.refs;
  for (const lie of [
    { refs: [{ ...main!, new: null }] },
    { refs: [main!, main!] },
    { refs: [remote!, remote!] },
    { origins: [MANIFEST.origins[0]!, MANIFEST.origins[0]!] },
  ]) {
    const data = encodeManifest({ ...MANIFEST, ...lie });
    expect(() => parseManifest(data)).toThrow(expect.objectContaining({ code: "integrity" }));
  }
});
