/** The archives of a bundle: which go into it, and their bytes, proven as they are read. */
import type { ArchiveStore } from "../../archives/mod.ts";
import { archiveName, type BundleFile, type Pointers, proven } from "../../bundles/mod.ts";
import { Failure } from "../../errors.ts";
import type { Oid } from "../../git/mod.ts";
import { hashesOf, readPointers } from "../assets/pointers.ts";
import type { Registry } from "../open.ts";
import { PUBLISHED, STORED_VIEW } from "../paths.ts";
import { archivesOf } from "../views/references.ts";
import type { KnownBundle } from "./ledger.ts";

/** The archives that are listed as stored, and those of them that the base has not. */
export async function archiveFiles(
  registry: Registry,
  tips: ReadonlyMap<string, Oid>,
  base: KnownBundle | undefined,
  before: ReadonlyMap<string, Oid>,
): Promise<{ files: BundleFile[]; removed: string[] }> {
  const listedAt = async (refs: ReadonlyMap<string, Oid>, pointers: Pointers) => {
    const at = [STORED_VIEW, PUBLISHED].flatMap((name) => refs.get(name) ?? []);
    const listed = new Map<string, string | undefined>();
    for (const [sha256, { module, version }] of await archivesOf(registry, at)) {
      listed.set(sha256, `${module}@${version}`);
    }
    for (const sha256 of hashesOf(pointers)) if (!listed.has(sha256)) listed.set(sha256, undefined);
    return listed;
  };
  const now = await listedAt(tips, readPointers(registry));
  const then = await listedAt(before, base?.manifest.pointers ?? {});
  const files = [...now]
    .filter(([sha256]) => !then.has(sha256))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([sha256, version]): BundleFile => {
      const size = registry.archives.size(sha256);
      if (size === undefined) throw notWhole(sha256);
      return { path: archiveName(sha256), size, sha256, ...(version !== undefined && { version }) };
    });
  return { files, removed: [...then.keys()].filter((sha256) => !now.has(sha256)).sort() };
}

/** @throws {Failure} "integrity", at the end, when the bytes are not those of the hash */
export async function* openArchive(
  archives: ArchiveStore,
  file: BundleFile,
): AsyncGenerator<Uint8Array> {
  const body = await archives.get(file.sha256);
  if (!body) throw notWhole(file.sha256);
  yield* proven(file, body.stream(), () => notWhole(file.sha256));
}

function notWhole(sha256: string): Failure {
  return new Failure(
    "integrity",
    `the archive ${sha256} is damaged or missing`,
    "`verify --repair` fetches it again; then export anew",
  );
}
