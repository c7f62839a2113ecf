/** A fetch takes what a server sends, or nothing. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fetchPack } from "../../src/git/fetch-pack.ts";
import { createRepository, openObjectDatabase } from "../../src/git/mod.ts";
import { oidOf } from "../../src/git/object.ts";
import { FLUSH, packet } from "../../src/git/protocol/pkt-line.ts";
import { CHANNEL, sideband } from "../../src/git/protocol/sideband.ts";
import { packOf } from "../support/pack.ts";
import { tempDirectory } from "../support/temp.ts";

const OFFERED = new Set(["side-band-64k", "ofs-delta", "shallow"]);
const LIMITS = { object: 1_000, objects: 10, work: 10_000 };

const blob = (text: string) => ({ entry: { kind: "blob" } as const, data: Buffer.from(text) });
const oid = (text: string) => oidOf("blob", Buffer.from(text));

async function emptyRepository(): Promise<string> {
  const gitdir = tempDirectory("fetch");
  await createRepository(gitdir);
  return gitdir;
}

interface Sent {
  /** Of the pieces that the pack comes in. */
  readonly size: number;
  readonly shallow: readonly string[];
  /** The most bytes of a pack that are taken. */
  readonly most: number;
}

async function fetched(
  gitdir: string,
  pack: Buffer,
  { size = 1_000, shallow = [], most = 10_000 }: Partial<Sent> = {},
): Promise<void> {
  const answer = Buffer.concat([
    ...shallow.map((each) => packet(`shallow ${each}\n`)),
    FLUSH,
    packet("NAK\n"),
    sideband(CHANNEL.pack, pack, size),
    FLUSH,
  ]);
  const send = async () =>
    (async function* () {
      yield answer;
    })();
  const question = { want: oid("a"), haves: [], shallows: [], depth: undefined };
  const limits = { ...LIMITS, pack: most };
  await fetchPack(gitdir, question, OFFERED, send, { agent: "test/1", limits });
}

const packFiles = (gitdir: string) => readdirSync(join(gitdir, "objects", "pack")).sort();

test.each([1, 3, 19, 20, 21, 1_000])("a pack is taken in pieces of %d bytes", async (size) => {
  const gitdir = await emptyRepository();
  const pack = packOf([blob("a"), blob("b")]);
  await fetched(gitdir, pack, { size });
  const name = `pack-${pack.subarray(-20).toString("hex")}`;
  expect(packFiles(gitdir)).toEqual([`${name}.idx`, `${name}.pack`]);
  const index = readFileSync(join(gitdir, "objects", "pack", `${name}.idx`));
  expect(index.subarray(-40, -20).equals(pack.subarray(-20))).toBe(true);
  const objects = openObjectDatabase(gitdir);
  expect(["a", "b"].map((text) => objects.read(oid(text)).data.toString())).toEqual(["a", "b"]);
  objects.close();
});

test("a pack of one object is taken as well, and one of none leaves nothing", async () => {
  const gitdir = await emptyRepository();
  await fetched(gitdir, packOf([]));
  expect(packFiles(gitdir)).toEqual([]);
  await fetched(gitdir, packOf([blob("a")]));
  const objects = openObjectDatabase(gitdir);
  expect(objects.has(oid("a"))).toBe(true);
  objects.close();
});

test.each<[string, Buffer, string[], RegExp]>([
  ["is damaged", packOf([blob("a")]).fill(7, 13, 14), [], /not what was written/],
  ["has an object that is too long", packOf([blob("a"), blob("b".repeat(1_001))]), [], /too big/],
  ["cuts the history at what it does not have", packOf([blob("a")]), [oid("b")], /does not send/],
])("of a pack that %s nothing is left", async (_, pack, shallow, problem) => {
  const gitdir = await emptyRepository();
  await expect(fetched(gitdir, pack, { shallow })).rejects.toThrow(problem);
  expect(packFiles(gitdir)).toEqual([]);
  expect(existsSync(join(gitdir, "shallow"))).toBe(false);
});

test("a pack may have just as many bytes as are allowed", async () => {
  const pack = packOf([blob("a")]);
  const gitdir = await emptyRepository();
  await expect(fetched(gitdir, pack, { most: pack.length - 1 })).rejects.toThrow(
    "the pack is over",
  );
  expect(packFiles(gitdir)).toEqual([]);
  await fetched(gitdir, pack, { most: pack.length });
  expect(packFiles(gitdir)).toHaveLength(2);
});

test("a cut is kept of what came, and made in nothing that was here before", async () => {
  const gitdir = await emptyRepository();
  await fetched(gitdir, packOf([blob("a")]));
  await fetched(gitdir, packOf([blob("b")]), { shallow: [oid("a"), oid("b")] });
  expect(readFileSync(join(gitdir, "shallow"), "utf8")).toBe(`${oid("b")}\n`);
});
