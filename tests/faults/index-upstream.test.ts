/** A source whose index comes in every wrong way: told in a bounded time and memory, and nothing of it stays. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { oidOf } from "../../src/git/object.ts";
import { packet } from "../../src/git/protocol/pkt-line.ts";
import { execute, succeed } from "../support/executable.ts";
import {
  type Behaviour,
  endless,
  gzipBomb,
  type HostileRequest,
  lying,
  redirecting,
  resetting,
  silent,
  stalling,
  startHostile,
  whole,
} from "../support/hostile.ts";
import { problemsOf, refsOf } from "../support/registry-state.ts";
import { createWorld, ofModules } from "../support/world.ts";

const X = "moonbitlang/x";
const TIP = "a".repeat(40);
const MIB = 1024 * 1024;

interface Attack {
  readonly what: string;
  readonly answer: (request: HostileRequest) => Behaviour;
  readonly message: RegExp;
}

/** A registry with a source that is well, and one whose index is this. */
async function attacked({ answer, message }: Attack, indexType: "git" | "http"): Promise<void> {
  await using world = await createWorld();
  const { dir } = world;
  await world.publish(ofModules(world.entries, X).slice(0, 2));
  await succeed(["mirror", X, "--strict"], { cwd: dir });
  await world.publish(ofModules(world.entries, X).slice(0, 3));
  await using host = await startHostile(answer);
  const add = ["source", "add", "bad", "--url", host.url, "--index-type", indexType];
  await succeed([...add, "--index-url", `${host.url}/index`, "--token-env", "SECRET"], {
    cwd: dir,
  });
  await succeed(["config", "sources.bad.timeout", "1s"], { cwd: dir });
  const started = performance.now();
  const options = { cwd: dir, env: { SECRET: "hush" } };
  const { code, stdout, stderr, maxRss } = await execute(["sync"], options);
  const told = `exit ${code}, ${maxRss} bytes\n${stderr}`;
  // The other source goes on.
  expect({ code, told }).toEqual({ code: 3, told });
  expect(stdout).toContain("1 downloaded");
  expect(stderr).toMatch(message);
  expect(stderr).toContain("bad");
  expect(stderr).not.toContain("bug");
  expect(Object.keys(refsOf(dir))).not.toContain("refs/remotes/bad/main");
  expect({ isSmall: maxRss < 500 * MIB, told }).toEqual({ isSmall: true, told });
  expect(performance.now() - started).toBeLessThan(30_000);
  expect(await problemsOf(dir)).toEqual([]);
}

/** An answer to any request, whatever it asks for. */
const always = (behaviour: Behaviour) => (): Behaviour => behaviour;

const LISTING = Buffer.from(JSON.stringify({ format: 1, modules: { "a/b": TIP } }));

const COMMON: readonly Attack[] = [
  { what: "no answer", answer: always(silent), message: /no answer in time/ },
  { what: "a circle", answer: always(redirecting("/index")), message: /redirects too often/ },
  {
    what: "what is no index",
    answer: always(whole(Buffer.from("<html>"))),
    message: /is no Git index|is not JSON/,
  },
];

const HTTP: readonly Attack[] = [
  ...COMMON,
  { what: "a stall", answer: always(stalling(LISTING)), message: /no answer in time/ },
  { what: "a reset", answer: always(resetting(LISTING)), message: /cannot be reached/ },
  {
    what: "a length that is too long",
    answer: always(lying(LISTING, LISTING.length + 10)),
    message: /cannot be reached/,
  },
  {
    what: "a length that is too short",
    answer: always(lying(LISTING, LISTING.length - 10)),
    message: /is not JSON/,
  },
  { what: "a bomb", answer: always(gzipBomb(300e6)), message: /is not JSON/ },
  {
    what: "no end",
    answer: always(endless(Buffer.alloc(64 * 1024, " "))),
    message: /is over 67108864 bytes/,
  },
  {
    what: "a file without an end",
    answer: ({ path }) =>
      path.endsWith("listing.json") ? whole(LISTING) : endless(Buffer.alloc(64 * 1024, "x")),
    message: /is over 16777216 bytes/,
  },
  {
    what: "of more bytes than any index has",
    answer: ({ path }) => {
      if (path.endsWith("listing.json")) return whole(MANY_LISTED);
      return whole(fileOf(Number(/m(\d+)/.exec(path)?.[1])));
    },
    message: /are over 268435456 bytes/,
  },
];

/** Each of a size that one may have, and all together too big. */
const MANY = Array.from({ length: 90 }, (_, at) => `a/m${at}`);
const fileOf = (at: number): Buffer => Buffer.alloc(3 * MIB, `${at}x`);

const MANY_LISTED = Buffer.from(
  JSON.stringify({
    format: 1,
    modules: Object.fromEntries(MANY.map((name, at) => [name, oidOf("blob", fileOf(at))])),
  }),
);

function suite(name: string, attacks: readonly Attack[], indexType: "git" | "http"): void {
  // They wait for timeouts, most of all.
  describe.concurrent(name, () => {
    for (const attack of attacks) {
      test(attack.what, () => attacked(attack, indexType));
    }
  });
}

suite("an index of plain files that is", HTTP, "http");

const ADVERTISED = { "content-type": "application/x-git-upload-pack-advertisement" };
const RESULT = { "content-type": "application/x-git-upload-pack-result" };
const CAPABILITIES = "side-band-64k ofs-delta shallow no-progress agent=test/1";
const advertisement = Buffer.concat([
  packet("# service=git-upload-pack\n"),
  Buffer.from("0000"),
  packet(`${TIP} HEAD\0${CAPABILITIES}\n`),
  packet(`${TIP} refs/heads/main\n`),
  Buffer.from("0000"),
]);

/** A pack as upload-pack sends it, in a side band. */
function sideBanded(pack: Buffer): Buffer {
  const parts = [packet(`shallow ${TIP}\n`), Buffer.from("0000"), packet("NAK\n")];
  for (let at = 0; at < pack.length; at += 60_000) {
    parts.push(packet(Buffer.concat([Buffer.of(1), pack.subarray(at, at + 60_000)])));
  }
  return Buffer.concat([...parts, Buffer.from("0000")]);
}

/** One blob of so many zeros: a thousandth of it goes over the line. */
function packBomb(bytes: number): Buffer {
  const header: number[] = [];
  let rest = Math.floor(bytes / 16);
  header.push((3 << 4) | (bytes & 15) | (rest > 0 ? 0x80 : 0));
  for (; rest > 0; rest = Math.floor(rest / 128))
    header.push((rest & 127) | (rest > 127 ? 128 : 0));
  const head = Buffer.from("PACK\0\0\0\x02\0\0\0\x01", "latin1");
  const body = Buffer.concat([head, Buffer.from(header), deflateSync(Buffer.alloc(bytes))]);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}

/** The advertisement as it should be, then this for a pack. */
const thenPack =
  (behaviour: Behaviour) =>
  ({ method }: HostileRequest): Behaviour =>
    method === "GET" ? whole(advertisement, ADVERTISED) : behaviour;

const garbage = sideBanded(Buffer.from("PACK of no kind"));

const GIT: readonly Attack[] = [
  ...COMMON,
  {
    what: "a stall",
    answer: always(stalling(advertisement)),
    message: /no answer in time/,
  },
  {
    what: "a reset",
    answer: always(resetting(advertisement)),
    message: /cannot be reached/,
  },
  { what: "a bomb", answer: always(gzipBomb(300e6, ADVERTISED)), message: /is no Git index/ },
  {
    what: "an advertisement without an end",
    answer: always(
      endless(
        packet(`${TIP} refs/heads/${"x".repeat(60_000)}\n`),
        ADVERTISED,
        advertisement.subarray(0, -4),
      ),
    ),
    message: /source bad/,
  },
  {
    what: "a pack that stalls",
    answer: thenPack(stalling(sideBanded(packBomb(1000)))),
    message: /no answer in time/,
  },
  {
    what: "a pack that breaks off",
    answer: thenPack(resetting(sideBanded(packBomb(1000)))),
    message: /source bad/,
  },
  {
    what: "a pack that is none",
    answer: thenPack(whole(garbage, RESULT)),
    message: /source bad/,
  },
  {
    what: "a pack without an end",
    answer: thenPack(endless(packet(Buffer.alloc(60_000, 1)), RESULT, garbage.subarray(0, -4))),
    message: /source bad/,
  },
  {
    what: "a pack that unpacks to more than anybody has",
    answer: thenPack(whole(sideBanded(packBomb(1500e6)), RESULT)),
    message: /source bad/,
  },
  {
    what: "progress without an end",
    answer: thenPack(
      endless(
        packet(Buffer.concat([Buffer.of(2), Buffer.from("x".repeat(1000))])),
        RESULT,
        packet("NAK\n"),
      ),
    ),
    message: /source bad/,
  },
];

suite("a Git index that is", GIT, "git");

test.each(["git", "http"])(
  "credentials stay with a source whose %s index is said to be elsewhere",
  async (type) => {
    await using world = await createWorld();
    const { dir } = world;
    await using other = await startHostile(() => whole(Buffer.from("nothing")));
    await using host = await startHostile(({ path }) => redirecting(`${other.url}${path}`));
    const add = ["source", "add", "bad", "--url", host.url, "--index-type", type];
    await succeed([...add, "--token-env", "SECRET"], { cwd: dir });
    await execute(["sync"], { cwd: dir, env: { SECRET: "hush" } });
    expect(host.requests.some(({ head }) => head.includes("Bearer hush"))).toBe(true);
    expect(other.requests.length).toBeGreaterThan(0);
    for (const { head } of other.requests)
      expect(head.toLowerCase()).not.toContain("authorization");
  },
);
