/**
 * Every archive at hand is read as a publication and a page would read it: one for each line of the public
 * index, made here, and those of a directory that MOONBIT_REGISTRY_TEST_ARCHIVES names, such as the
 * `data/packages` of a registry that mirrors the public one.
 */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { forEachLimit } from "../../src/download/mod.ts";
import { messageOf } from "../../src/errors.ts";
import { manifestDependencies } from "../../src/packaging/manifest.ts";
import { MANIFEST_FILES, type Manifest, openZip, parseManifest } from "../../src/packaging/mod.ts";
import { hasGit, realIndexBundle } from "../support/git.ts";
import { realEntries } from "../support/real-index.ts";
import { generateArchive, sampleIndex } from "../support/upstream/mod.ts";

const directory = process.env.MOONBIT_REGISTRY_TEST_ARCHIVES;
const hasIndex = hasGit && realIndexBundle !== undefined;

/** Reads every file of an archive, and its manifest. */
async function readThrough(archive: Blob): Promise<Manifest | undefined> {
  const zip = await openZip(archive);
  let manifest: Manifest | undefined;
  for (const { path, size } of zip.files) {
    const bytes = await zip.read(path);
    expect(bytes?.length).toBe(size);
    const file = MANIFEST_FILES.find((name) => name === path);
    if (file && !manifest) manifest = await parseManifest(file, bytes!);
  }
  return manifest;
}

test(`an archive of every line of the ${hasIndex ? "public" : "sample"} index is read whole`, async () => {
  const entries = hasIndex ? await realEntries() : sampleIndex();
  expect(entries.length).toBeGreaterThan(hasIndex ? 6_000 : 300);
  await forEachLimit(entries, 32, async (entry) => {
    const manifest = await readThrough(new Blob([generateArchive(entry).slice()]));
    expect(manifest?.fields).toMatchObject({ name: entry.module, version: entry.version });
    const { deps = {}, "bin-deps": programs = {} } = JSON.parse(entry.line) as {
      deps?: object;
      "bin-deps"?: object;
    };
    const needed = [...Object.keys(deps), ...Object.keys(programs)];
    expect(manifestDependencies(manifest!).map(({ module }) => module)).toEqual(needed);
  });
}, 120_000);

test.skipIf(directory === undefined)(
  "every archive of MOONBIT_REGISTRY_TEST_ARCHIVES is read whole, and has a manifest",
  async () => {
    const refused: Record<string, string> = {};
    let count = 0;
    for await (const path of new Bun.Glob("**/*.zip").scan({ cwd: directory! })) {
      count++;
      const archive = Bun.file(join(directory!, path));
      // In memory, as a file is opened anew for each read of a part.
      const manifest = await readThrough(new Blob([await archive.bytes()])).catch(
        (error: unknown) => {
          refused[path] = messageOf(error);
        },
      );
      if (!manifest) refused[path] ??= "it has no manifest";
    }
    expect(refused).toEqual({});
    expect(count).toBeGreaterThan(0);
  },
  1_200_000,
);
