/** The sample upstream: other tests and the demo lean on what is shown here. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { git, hasGit, realIndexBundle } from "../support/git.ts";
import { gitHttpBackend } from "../support/git-http-backend.ts";
import { repositoryHandler } from "../support/git-server.ts";
import { realEntries } from "../support/real-index.ts";
import { tempDirectory } from "../support/temp.ts";
import {
  generateArchive,
  generateArchives,
  type SampleEntry,
  sampleIndex,
  startUpstream,
  writeIndexRepository,
} from "../support/upstream/mod.ts";

const sample = sampleIndex();
const first = sample[0]!;

const sha256 = (bytes: Uint8Array) => Bun.SHA256.hash(bytes, "hex");

function dependencies({ line }: SampleEntry): string[] {
  const { deps = {} } = JSON.parse(line) as {
    deps?: Record<string, string | { version?: string }>;
  };
  return Object.entries(deps).flatMap(([module, wish]) => {
    const version = typeof wish === "string" ? wish : wish.version;
    return version === undefined ? [] : [`${module}@${version}`];
  });
}

describe("the sample index", () => {
  test("has every version that its versions need, but the one that the public index lacks", () => {
    const known = new Set(sample.map(({ module, version }) => `${module}@${version}`));
    const missing = sample.flatMap(dependencies).filter((each) => !known.has(each));
    expect([...new Set(missing)]).toEqual(["moonbitlang/x@0.4.39"]);
  });

  test("covers the names and versions that are easy to get wrong", () => {
    const modules = new Set(sample.map(({ module }) => module));
    for (const module of [
      "moonbitlang/lex/runtime",
      "CAIMEOX/原来可以发中文包",
      "illusory0x0/🐫",
    ]) {
      expect(modules).toContain(module);
    }
    const versions = sample.map(({ version }) => version);
    expect(versions.some((version) => version.includes("+"))).toBe(true);
    expect(versions.some((version) => version.includes("-"))).toBe(true);
  });

  test.skipIf(!hasGit || realIndexBundle === undefined)(
    "is a part of the real index, byte for byte",
    async () => {
      const real = new Set((await realEntries()).map(({ line }) => line));
      expect(real.size).toBe(6548);
      expect(sample.filter(({ line }) => !real.has(line))).toEqual([]);
    },
  );
});

describe("a generated archive", () => {
  test("is a zip with a manifest that agrees with the index line", () => {
    const files = unzipSync(generateArchive(first));
    const manifest = JSON.parse(new TextDecoder().decode(files["moon.mod.json"]));
    expect(manifest).toMatchObject({ name: first.module, version: first.version });
    expect(manifest).not.toHaveProperty("checksum");
    expect(Object.keys(files)).toContain("README.md");
  });

  test("has the wanted size and always the same bytes", () => {
    for (const size of [5_000, 32_768, 100_001]) {
      expect(generateArchive(first, { size })).toHaveLength(size);
    }
    // Made with other libraries or clocks it must still be these bytes.
    expect(sha256(generateArchive(first, { size: 5_000 }))).toBe(
      "d8b68ea9eee9f19005539a305781724a4041dc2b4168e95a7c0aafe01e329372",
    );
  });

  test("changes nothing of its line but the checksum", () => {
    const { entries, archive } = generateArchives(sample);
    for (const [at, entry] of entries.entries()) {
      const before = sample[at]!;
      expect(entry.line.replace(entry.checksum, before.checksum)).toBe(before.line);
      expect(sha256(archive(entry.module, entry.version)!)).toBe(entry.checksum);
    }
  });
});

describe("the upstream's server", () => {
  const archives = generateArchives(sample.slice(0, 20), () => 4_096);

  test("serves an archive by either spelling of its path and records who asked", async () => {
    await using upstream = startUpstream(archives);
    const { module, version, checksum } = archives.entries[3]!;
    for (const path of [`${module}/${version}`, encodeURIComponent(`${module}/${version}`)]) {
      const response = await fetch(`${upstream.url}/user/${path}.zip`);
      expect(sha256(await response.bytes())).toBe(checksum);
    }
    const path = `/user/${module}/${version}.zip`;
    expect(upstream.archiveRequests().map((request) => request.path)).toEqual([path, path]);
    expect((await fetch(`${upstream.url}/user/nobody/has/1.0.0.zip`)).status).toBe(404);
  });

  test("makes the faults that it is told to make", async () => {
    await using upstream = startUpstream(archives);
    const { module, version } = archives.entries[0]!;
    const url = `${upstream.url}/user/${module}/${version}.zip`;
    const get = async () => (await fetch(url)).bytes();

    upstream.setFaults({ override: () => ({ kind: "status", status: 503 }) });
    expect((await fetch(url)).status).toBe(503);
    upstream.setFaults({ override: () => ({ kind: "reset" }) });
    await expect(get()).rejects.toThrow();
    upstream.setFaults({ override: () => ({ kind: "abort" }) });
    await expect(get()).rejects.toThrow();
    upstream.setFaults({ override: () => ({ kind: "short" }) });
    expect(await get()).toHaveLength(2_048);
    upstream.setFaults({});
    expect(await get()).toHaveLength(4_096);
  });

  test("fails at the wanted rate, the same way for the same seed", async () => {
    const outcomes = async () => {
      await using upstream = startUpstream({ ...archives, faults: { failRate: 0.3, seed: 7 } });
      const { module, version } = archives.entries[0]!;
      const results: string[] = [];
      for (let at = 0; at < 100; at++) {
        const result = await fetch(`${upstream.url}/user/${module}/${version}.zip`).then(
          async (response) => String(response.ok && (await response.bytes()).length),
          () => "reset",
        );
        results.push(result);
      }
      return results;
    };
    const results = await outcomes();
    const good = results.filter((result) => result === "4096").length;
    expect(good).toBeGreaterThan(50);
    expect(good).toBeLessThan(90);
    expect(await outcomes()).toEqual(results);
  });
});

describe.skipIf(!hasGit)("the upstream's index", () => {
  test("clones to the lines that it was made of, by this project's code and by git's", async () => {
    const gitdir = join(tempDirectory("upstream"), "index.git");
    await writeIndexRepository(gitdir, sample.slice(1));
    await writeIndexRepository(gitdir, sample);
    for (const handler of [repositoryHandler(gitdir), gitHttpBackend(gitdir)]) {
      await using upstream = startUpstream({ archive: () => undefined, git: handler });
      const clone = join(tempDirectory("clone"), "index");
      await git(["clone", "-q", upstream.indexUrl, clone]);
      expect(await git(["-C", clone, "rev-list", "--count", "main"])).toBe("2");
      const lines = await Bun.file(join(clone, "user/CAIMEOX/原来可以发中文包.index")).text();
      const wanted = sample.filter(({ module }) => module === "CAIMEOX/原来可以发中文包");
      expect(lines).toBe(wanted.map(({ line }) => `${line}\n`).join(""));
    }
  });
});
