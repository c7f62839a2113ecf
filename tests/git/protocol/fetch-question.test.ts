import { expect, test } from "bun:test";
import { encodeQuestion, readAnswer } from "../../../src/git/protocol/fetch-question.ts";
import { parseFetchV0 } from "../../../src/git/protocol/fetch-request.ts";
import { FLUSH, ProtocolError, packet } from "../../../src/git/protocol/pkt-line.ts";
import { CHANNEL, sideband } from "../../../src/git/protocol/sideband.ts";
import { mutate } from "../../support/mutate.ts";
import { createRandom, type Random } from "../../support/random.ts";

const A = "a".repeat(40);
const B = "b".repeat(40);
const OFFERED = new Set(["side-band-64k", "ofs-delta", "shallow", "no-progress"]);
const PACK = createRandom(1).bytes(150_000);

const lines = (...texts: string[]) => texts.map((each) => packet(`${each}\n`));

/** An answer of a server, in pieces of some bytes. */
async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(
  answer: Uint8Array,
  size = 1_000,
): Promise<{ pack: Buffer; shallow: string[] }> {
  const shallow: string[] = [];
  const parts = await Array.fromAsync(
    readAnswer(inPieces(answer, size), (oid) => shallow.push(oid)),
  );
  return { pack: Buffer.concat(parts), shallow };
}

test("what is asked is what a server understands", () => {
  const question = { want: A, haves: [B], shallows: [B], depth: 1 };
  expect(parseFetchV0(encodeQuestion(question, OFFERED, "x/1"))).toMatchObject({
    wants: [A],
    haves: [B],
    shallows: [B],
    deepen: { by: "depth", depth: 1, relative: false },
    done: true,
    thinPack: false,
    ofsDelta: true,
    multiAck: "none",
  });
});

test("nothing is asked for that is not offered", () => {
  const question = { want: A, haves: [B], shallows: [], depth: undefined };
  const text = encodeQuestion(question, new Set(["side-band-64k"]), "x/1").toString();
  expect(text).toBe(`004awant ${A} side-band-64k agent=x/1\n00000032have ${B}\n0009done\n`);
});

test("a server that cannot do what is needed is not asked", () => {
  const question = { want: A, haves: [], shallows: [], depth: 1 };
  expect(() => encodeQuestion(question, new Set(["shallow"]), "x")).toThrow("side-band-64k");
  expect(() => encodeQuestion(question, new Set(["side-band-64k"]), "x")).toThrow("history");
});

const ANSWER = Buffer.concat([
  ...lines(`shallow ${A}`, `unshallow ${B}`),
  FLUSH,
  ...lines(`ACK ${B}`, "NAK"),
  sideband(CHANNEL.progress, Buffer.from("counting\n")),
  sideband(CHANNEL.pack, PACK),
  FLUSH,
]);

test.each([1, 3, 1_000, 1_000_000])("an answer is read in pieces of %d bytes", async (size) => {
  const { pack, shallow } = await read(ANSWER, size);
  expect(pack.equals(PACK)).toBe(true);
  expect(shallow).toEqual([A]);
});

test("a server that has nothing to say yet may say so, before the pack and in it", async () => {
  const nothing = [CHANNEL.pack, CHANNEL.progress].map((channel) => packet(Buffer.from([channel])));
  const [half, rest] = [PACK.subarray(0, 70_000), PACK.subarray(70_000)];
  const parts = [half, rest].flatMap((part) => [...nothing, sideband(CHANNEL.pack, part)]);
  const { pack } = await read(Buffer.concat([...lines("NAK"), ...parts, ...nothing, FLUSH]));
  expect(pack.equals(PACK)).toBe(true);
});

test.each<[string, Buffer, string]>([
  ["cut in the middle of a packet", ANSWER.subarray(0, -500), "cut short"],
  ["cut between two packets", ANSWER.subarray(0, -4), "cut short"],
  ["without a pack", Buffer.concat([...lines("NAK"), FLUSH]), "cut short"],
  ["that refuses", Buffer.concat(lines("ERR not our ref")), "it says: not our ref"],
  [
    "that fails half way",
    sideband(CHANNEL.error, Buffer.from("out of memory\n")),
    "it says: out of memory",
  ],
  ["of something else", Buffer.concat(lines("hello")), "hello"],
  [
    "with something else in its pack",
    Buffer.concat([sideband(CHANNEL.pack, PACK), ...lines("NAK"), FLUSH]),
    "something between the parts",
  ],
  ["of something else about a commit", Buffer.concat(lines(`hello ${A}`)), "hello"],
  ["that cuts at what is no commit", Buffer.concat(lines("shallow water")), "shallow water"],
  ["that goes on for long", Buffer.concat(lines("x".repeat(2_000))), `'${"x".repeat(80)}'`],
])("an answer %s is refused", async (_, answer, problem) => {
  expect(read(answer)).rejects.toThrow(ProtocolError);
  expect(read(answer)).rejects.toThrow(problem);
});

test("a damaged answer is read or refused, and never anything else", async () => {
  const small = Buffer.concat([...lines(`shallow ${A}`), FLUSH, ...lines("NAK")]);
  const valid = Buffer.concat([small, sideband(CHANNEL.pack, Buffer.from("PACK")), FLUSH]);
  const tried = async (random: Random) => {
    try {
      await read(mutate(random, valid), 1 + random.int(50));
    } catch (error) {
      expect(error, `seed ${random.seed}`).toBeInstanceOf(ProtocolError);
    }
  };
  const first = Date.now() % 1_000_000_000;
  for (let run = 0; run < 300; run++) await tried(createRandom(first + run));
});
