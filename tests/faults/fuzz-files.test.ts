/**
 * Readers of files that others made, fed with damaged ones: archives, manifests, bundles, lock files, ranges
 * and the bodies of KnitPkg's protocol. Each gives something or refuses it as it is said to, soon, and
 * whatever sizes a file claims, in a memory of the file's own size.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tarContainer } from "../../src/bundles/container.ts";
import {
  encodeManifest,
  parseManifest as parseBundleManifest,
} from "../../src/bundles/manifest.ts";
import {
  generateKey,
  readFiles,
  readHead,
  readPrivateKey,
  readPublicKey,
  signManifest,
} from "../../src/bundles/mod.ts";
import { checkSignature } from "../../src/bundles/sign.ts";
import { readTarHeader, tarHeader } from "../../src/bundles/ustar.ts";
import { Failure } from "../../src/errors.ts";
import { type ManifestFile, manifestDependencies } from "../../src/packaging/manifest.ts";
import { inspectZip, openZip, parseManifest } from "../../src/packaging/mod.ts";
import { readLines } from "../../src/projects/lines.ts";
import { parseInstalls, parseRegistration } from "../../src/registry/knitpkg/body.ts";
import {
  encodeLockfile,
  leastMeeting,
  parseLockfile,
  parseRange,
  selectVersion,
} from "../../src/resolve/mod.ts";
import { readForm, readJson } from "../../src/server/body.ts";
import { succeed } from "../support/executable.ts";
import { body } from "../support/knitpkg.ts";
import { mutate } from "../support/mutate.ts";
import { createRandom, forAllAsync, type Random } from "../support/random.ts";
import { generateArchive, sampleIndex } from "../support/upstream/mod.ts";
import { createWorld } from "../support/world.ts";
import { craftZip } from "../support/zip.ts";

interface Target {
  readonly name: string;
  readonly runs?: number;
  /** Valid ones, to begin with. */
  readonly inputs: () => Promise<readonly (string | Uint8Array)[]>;
  readonly read: (data: Buffer, random: Random) => unknown;
}

const text = (data: Buffer) => data.toString("utf8");
const VERSIONS = ["1.0.0", "1.2.3-rc.1", "1.2.3+5", "2.0.0", "10.0.0"];
const A = "a".repeat(64);

/** Few: an archive that says it is bigger is refused before a byte is made room for. */
const LIMITS = { archive: 1_000_000, entries: 100, unpacked: 1_000_000 };

const manifestReader = (file: ManifestFile) => async (data: Buffer) => {
  manifestDependencies(await parseManifest(file, data));
};

const { privateKey } = generateKey();
const key = readPrivateKey(privateKey);
const signed = Buffer.from("a manifest");

let bundle: Buffer;

beforeAll(async () => {
  await using world = await createWorld({ entries: sampleIndex().slice(0, 30) });
  await succeed(["mirror", "--full", "-s", "up"], { cwd: world.dir });
  await succeed(["export", "x.bundle"], { cwd: world.dir });
  bundle = readFileSync(join(world.dir, "x.bundle"));
});

async function* pieces(data: Buffer, random: Random): AsyncGenerator<Buffer> {
  for (let at = 0; at < data.length; ) {
    const size = 1 + random.int(20_000);
    yield data.subarray(at, at + size);
    at += size;
  }
}

async function bundleHead(): Promise<Buffer> {
  const { manifestBytes } = await readHead(
    tarContainer(
      (async function* () {
        yield bundle;
      })(),
    ),
  );
  return manifestBytes;
}

const TARGETS: readonly Target[] = [
  {
    name: "zips",
    inputs: async () => [
      await craftZip([
        { name: "moon.mod.json", content: '{"name": "a/b"}' },
        { name: "src/", mode: 0o040755 },
        { name: "src/lib.mbt", content: "fn ".repeat(2_000), deflate: true },
        { name: "src/原.mbt", content: "x", mode: 0o100755 },
      ]).bytes(),
      generateArchive(sampleIndex()[0]!),
    ],
    async read(data) {
      const blob = new Blob([Uint8Array.from(data)]);
      const { problems } = await inspectZip(blob, LIMITS);
      expect(problems.every(({ message }) => message.length < 1_000)).toBe(true);
      const zip = await openZip(blob, LIMITS);
      for (const { path } of zip.files) {
        await zip.read(path);
        for await (const piece of zip.pieces(path)) expect(piece.length).toBeGreaterThan(0);
      }
    },
  },
  {
    name: "moon.mod",
    inputs: async () => [
      'name = "a/b" // why\nversion = "1.0.0"\nimport {\n  "x/y@1.2.3",\n  "x/z@0.1.0",\n}\noptions(\n  keywords: ["p", "q"], source: "src",\n  warn: { "a": true, "b": 12 },\n)\n',
    ],
    read: manifestReader("moon.mod"),
  },
  {
    name: "moon.mod.json",
    inputs: async () => [
      '{ // mine\n "name": "a/b", "version": "1.0.0", "deps": {"x/y": "1.0.0", "x/z": {"path": "../z"}},\n /* [[ */ "keywords": ["x",], "bin-deps": {"t/u": {"git": "x"}}, }',
    ],
    read: manifestReader("moon.mod.json"),
  },
  {
    name: "bundles",
    runs: 500,
    inputs: async () => [bundle],
    async read(data, random) {
      const container = tarContainer(pieces(data, random));
      const head = await readHead(container);
      await readFiles(container, head, async (_, body) => {
        for await (const _ of body);
      });
    },
  },
  {
    name: "manifests of bundles",
    inputs: async () => [await bundleHead()],
    read: (data) => encodeManifest(parseBundleManifest(data)),
  },
  {
    name: "headers of tars",
    inputs: async () => [tarHeader("README.txt", 1_000), tarHeader("packages/x.zip", 8 ** 11 - 1)],
    read(data) {
      const { size } = readTarHeader(data);
      expect(size).toBeLessThan(8 ** 11);
    },
  },
  {
    name: "signatures",
    inputs: async () => [signManifest(signed, key)],
    read: (data) => checkSignature(signed, data.toString("latin1")),
  },
  {
    name: "keys",
    inputs: async () => [privateKey, generateKey().publicKey],
    read: (data) => {
      if (text(data).startsWith("ed25519:")) readPublicKey(text(data));
      else readPrivateKey(text(data));
    },
  },
  {
    name: "ranges of versions",
    inputs: async () => [
      "^1.2.0",
      ">=1.0.0 <2.0.0",
      "~1.2",
      "1.x",
      ">= 1.0.0-rc.1+5",
      "*",
      "=1.2.3",
    ],
    read(data) {
      leastMeeting(text(data), VERSIONS);
      selectVersion(
        parseRange(text(data)),
        VERSIONS.map((version) => ({ version, yanked: false })),
      );
    },
  },
  {
    name: "lock files",
    inputs: async () => [
      encodeLockfile({
        request: { module: "a/b", range: "^1.0.0" },
        modules: [
          { module: "a/b", version: "1.0.0", checksum: A },
          { module: "c/d", version: "1.0.0-rc.1", checksum: A },
        ],
      }),
    ],
    read: (data) => parseLockfile(text(data), (name) => /^\w+\/\w+$/.test(name)),
  },
  {
    name: "bodies of KnitPkg",
    inputs: async () => [
      JSON.stringify(body()),
      JSON.stringify({ project_id: [1, 2], version: ["1.0.0", "2.0.0"] }),
    ],
    async read(data) {
      const request = () =>
        new Request("http://x/", { method: "POST", body: Uint8Array.from(data) });
      const json = await readJson(request());
      if (typeof json === "object" && json !== null && "project_id" in json) parseInstalls(json);
      else parseRegistration(json);
    },
  },
  {
    name: "forms",
    inputs: async () => ["username=a&password=b%20c"],
    read: (data) =>
      readForm(
        new Request("http://x/", {
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: Uint8Array.from(data),
        }),
      ),
  },
  {
    name: "records of projects",
    inputs: async () => ['{"a": 1}\n{"b": [2, "x"]}\n'],
    read: (data) => readLines(data),
  },
];

const RUNS = 1_500;
/** However busy the machine is: nothing of these is a second's work. */
const MOST_MS = 2_000;

describe("damaged", () => {
  for (const { name, inputs, read, runs = RUNS } of TARGETS) {
    test(name, async () => {
      const valid = (await inputs()).map((input) => Buffer.from(input));
      for (const each of valid) await read(each, createRandom(1));
      const before = process.memoryUsage.rss();
      await forAllAsync(runs, async (random) => {
        const data = mutate(random, random.pick(valid));
        const started = performance.now();
        try {
          await read(data, random);
        } catch (error) {
          if (!(error instanceof Failure)) {
            throw new Error(`input ${JSON.stringify(data.toString("latin1").slice(0, 5_000))}`, {
              cause: error,
            });
          }
        }
        expect(performance.now() - started).toBeLessThan(MOST_MS);
      });
      expect(process.memoryUsage.rss() - before).toBeLessThan(500e6);
    });
  }
});
