/** Writes what a registry serves from its store, or what is new of it, to a bundle. */
import { existsSync, readFileSync, statSync } from "node:fs";
import type { ArchiveStore } from "../archives/mod.ts";
import {
  archiveName,
  type BundleContent,
  type BundleFile,
  type BundleOrigin,
  type BundleRef,
  bundleId,
  encodeManifest,
  type Manifest,
  type OutgoingFile,
  PACK,
  PACK_INDEX,
  PIPE,
  type Pointers,
  partName,
  README,
  readmeText,
  readPrivateKey,
  signManifest,
  tarOf,
  writeDirectory,
  writeFiles,
  writePipe,
} from "../bundles/mod.ts";
import { Failure } from "../errors.ts";
import { buildPack, listRefs, type Oid, readShallow } from "../git/mod.ts";
import { onDisk } from "./disk.ts";
import type { Report } from "./events.ts";
import { bundlesOf, findBundle, type KnownBundle, ownSeries, remember } from "./ledger.ts";
import { withLock } from "./lock.ts";
import { enabledSources, type Registry } from "./open.ts";
import { importedOrigins } from "./origins.ts";
import { ALL_VIEW, PUBLISHED, STORED_VIEW } from "./paths.ts";
import { hashesOf, readPointers } from "./pointers.ts";
import { archivesOf } from "./references.ts";

export interface ExportOptions {
  /** A file, `-`, or a directory: one that is there, or a name that ends in a slash. */
  readonly to: string;
  /** Only what is new since this bundle: an id or a place. */
  readonly since?: string;
  /** File of a private key. */
  readonly sign?: string;
  /** Parts of at most so many bytes. */
  readonly partBytes?: number;
  readonly signal?: AbortSignal;
}

export interface ExportSummary {
  readonly id: string;
  readonly number: number;
  readonly base: string | null;
  readonly archives: number;
  readonly removed: number;
  readonly bytes: number;
  readonly gitObjects: number;
  /** Where it is; empty for a pipe. */
  readonly files: readonly string[];
  /** Files of a directory that were there before. */
  readonly there: number;
}

/** @throws {Failure} "exists" when a file is there; "not-found" for an unknown base */
export async function exportBundle(
  registry: Registry,
  options: ExportOptions,
  report: Report,
): Promise<ExportSummary> {
  const { to, since, sign, partBytes, signal } = options;
  const isDirectory = /[/\\]$/.test(to) || isExistingDirectory(to);
  if (to !== PIPE && !isDirectory) requireFree(to, partBytes);
  if (partBytes !== undefined && (isDirectory || to === PIPE)) {
    throw new Failure("usage", "--split is for a file", "pipe it into `split -b`, or name a file");
  }
  const key = sign === undefined ? undefined : readPrivateKey(readKey(sign));
  const base = since === undefined ? undefined : await findBundle(registry, since);
  const { content, gitObjects, isRecorded } = await locked(registry, report, (series) =>
    contentOf(registry, series, base),
  );
  const signed: BundleContent = {
    ...content,
    signature: key && signManifest(content.manifestBytes, key),
  };

  const archives = content.manifest.files.slice(3);
  const all = archives.reduce((sum, { size }) => sum + size, 0);
  report({ type: "exporting", archives: archives.length, bytes: all });
  const progress = createProgress(archives.length, report, signal);
  let files: readonly string[] = [];
  let there = 0;
  const hint = "make room or mend the permissions; then run it again";
  await onDisk("the bundle cannot be written", hint, async () => {
    if (to === PIPE) await writePipe(tarOf(signed, progress));
    else if (isDirectory) {
      there = await writeDirectory(to, signed, progress);
      files = [to];
    } else files = await writeFiles(to, tarOf(signed, progress), partBytes);
  });
  if (isRecorded) await remember(registry, content.manifestBytes);

  const { number, removed } = content.manifest;
  return {
    id: bundleId(content.manifestBytes),
    number,
    base: base?.id ?? null,
    archives: archives.length,
    removed: removed.length,
    bytes: all,
    gitObjects,
    files,
    there,
  };
}

function isExistingDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function requireFree(file: string, partBytes: number | undefined): void {
  const first = partBytes === undefined ? file : partName(file, 1);
  if (!existsSync(first)) return;
  throw new Failure("exists", `there is a file ${first}`, "remove it, or choose another name");
}

function readKey(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const hint = "make a pair of keys with `key generate FILE`";
    throw new Failure("not-found", `there is no key at ${path}`, hint, { cause: error });
  }
}

/** A medium that cannot be written can be exported from; only that nothing is remembered of it. */
async function locked<T>(
  registry: Registry,
  report: Report,
  work: (series: string) => Promise<T>,
): Promise<T & { isRecorded: boolean }> {
  try {
    return await withLock(registry.paths.lock, "export", async () => {
      return { ...(await work(await ownSeries(registry))), isRecorded: true };
    });
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "io") throw error;
    const message = `${error.message}; this bundle is not remembered: name its file for --since`;
    report({ type: "warning", message });
    // The same registry on the same medium has the same name, though nobody wrote it down.
    const series = Bun.SHA256.hash(registry.config.registry.name, "hex").slice(0, 32);
    return { ...(await work(series)), isRecorded: false };
  }
}

async function contentOf(
  registry: Registry,
  series: string,
  base: KnownBundle | undefined,
): Promise<{ content: BundleContent; gitObjects: number }> {
  const { objects, paths, archives } = registry;
  const tips = exportedRefs(registry);
  const before = knownTips(registry, base);
  const refs = refsSince(tips, base);
  const fallback = before.get(ALL_VIEW);
  const branches = [...tips]
    .filter(([name, tip]) => before.get(name) !== tip)
    .map(([name, tip]) => ({ tip, old: before.get(name) ?? fallback }));
  const built = buildPack(objects, branches, before.values());
  const shallow = readShallow(paths.index);
  const listing = archiveFiles(registry, tips, base, before);

  const whole = (path: string, data: Uint8Array): BundleFile => ({
    path,
    size: data.length,
    sha256: Bun.SHA256.hash(data, "hex"),
  });
  const bytes = listing.files.reduce((sum, { size }) => sum + size, 0);
  const head: Omit<Manifest, "files"> = {
    registry: registry.config.registry.name,
    series,
    number: (bundlesOf(registry, series).at(-1)?.manifest.number ?? 0) + 1,
    base: base?.id ?? null,
    baseNumber: base?.manifest.series === series ? base.manifest.number : null,
    refs,
    shallow: built.commits.filter((oid) => shallow.has(oid)),
    origins: originsOf(registry, tips),
    pointers: readPointers(registry),
    removed: listing.removed,
  };
  const readme = Buffer.from(readmeText(head, listing.files.length, bytes));
  const manifest: Manifest = {
    ...head,
    files: [
      whole(README, readme),
      whole(PACK, built.pack),
      whole(PACK_INDEX, built.index),
      ...listing.files,
    ],
  };
  const content: BundleContent = {
    manifest,
    manifestBytes: encodeManifest(manifest),
    signature: undefined,
    readme,
    pack: built.pack,
    packIndex: built.index,
    openArchive: (file) => openArchive(archives, file),
  };
  return { content, gitObjects: built.objects };
}

/** Refs that make up a registry. */
const EXPORTED =
  /^refs\/(?:heads\/(?:main|stored|published|knitpkg)|remotes\/[^/]+\/main|pins\/[^/]+)$/;

function exportedRefs({ paths }: Registry): Map<string, Oid> {
  const all = listRefs(paths.index, "refs/");
  const tips = new Map([...all].filter(([name]) => EXPORTED.test(name)).sort(byName));
  if (tips.size > 0) return tips;
  throw new Failure(
    "not-found",
    "there is nothing to export: this registry has no index yet",
    'fill it first, such as with `mirror "moonbitlang/*"`',
  );
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

/** Where the base has its refs, as far as this registry still has what they led to. */
function knownTips({ objects }: Registry, base: KnownBundle | undefined): Map<string, Oid> {
  const tips = new Map<string, Oid>();
  for (const { name, new: tip } of base?.manifest.refs ?? []) {
    if (tip !== null && objects.has(tip)) tips.set(name, tip);
  }
  if (
    base &&
    !tips.has(STORED_VIEW) &&
    base.manifest.refs.some(({ name }) => name === STORED_VIEW)
  ) {
    throw new Failure(
      "not-found",
      `this registry does not have what the bundle ${base.id.slice(0, 12)} has`,
      `it is of the registry ${JSON.stringify(base.manifest.registry)}; leave --since out for a whole bundle`,
    );
  }
  return tips;
}

function refsSince(tips: ReadonlyMap<string, Oid>, base: KnownBundle | undefined): BundleRef[] {
  const old = new Map(base?.manifest.refs.map(({ name, new: tip }) => [name, tip]));
  const names = [...new Set([...tips.keys(), ...old.keys()])].sort();
  return names
    .map((name) => ({ name, old: old.get(name) ?? null, new: tips.get(name) ?? null }))
    .filter((ref) => ref.old !== null || ref.new !== null);
}

/** The archives that are listed as stored, and those of them that the base has not. */
function archiveFiles(
  registry: Registry,
  tips: ReadonlyMap<string, Oid>,
  base: KnownBundle | undefined,
  before: ReadonlyMap<string, Oid>,
): { files: BundleFile[]; removed: string[] } {
  const listedAt = (refs: ReadonlyMap<string, Oid>, pointers: Pointers) => {
    const at = [STORED_VIEW, PUBLISHED].flatMap((name) => refs.get(name) ?? []);
    const listed = new Map<string, string | undefined>();
    for (const [sha256, { module, version }] of archivesOf(registry, at)) {
      listed.set(sha256, `${module}@${version}`);
    }
    for (const sha256 of hashesOf(pointers)) if (!listed.has(sha256)) listed.set(sha256, undefined);
    return listed;
  };
  const now = listedAt(tips, readPointers(registry));
  const then = listedAt(before, base?.manifest.pointers ?? {});
  const files = [...now]
    .filter(([sha256]) => !then.has(sha256))
    .sort(byName)
    .map(([sha256, version]): BundleFile => {
      const size = registry.archives.size(sha256);
      if (size === undefined) throw notWhole(sha256);
      return { path: archiveName(sha256), size, sha256, ...(version !== undefined && { version }) };
    });
  return { files, removed: [...then.keys()].filter((sha256) => !now.has(sha256)).sort() };
}

/** Configured sources and what bundles brought, in the order in which they are asked. */
function originsOf(registry: Registry, tips: ReadonlyMap<string, Oid>): BundleOrigin[] {
  const { config, paths } = registry;
  const enabled = enabledSources(registry);
  const sources = [...enabled, ...config.sources.filter((each) => !enabled.includes(each))];
  const configured = sources.map(({ name, indexUrl, priority, enabled: isOn }) => ({
    name,
    index: withoutQuery(indexUrl),
    priority,
    enabled: isOn,
  }));
  const names = new Set(configured.map(({ name }) => name));
  const imported = importedOrigins(paths).filter(({ name }) => !names.has(name));
  return [
    ...configured,
    ...imported.map(({ name, index, priority, enabled: isOn }) => ({
      name,
      index,
      priority,
      enabled: isOn,
    })),
  ]
    .filter(({ name }) => tips.has(`refs/remotes/${name}/main`))
    .sort((a, b) => a.priority - b.priority);
}

/** A query may hold what is secret. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, "");
}

async function* openArchive(
  archives: ArchiveStore,
  { sha256, size }: BundleFile,
): AsyncGenerator<Uint8Array> {
  const body = await archives.get(sha256);
  if (!body) throw notWhole(sha256);
  const hash = new Bun.CryptoHasher("sha256");
  let got = 0;
  for await (const chunk of body.stream()) {
    hash.update(chunk);
    got += chunk.length;
    yield chunk;
  }
  if (got !== size || hash.digest("hex") !== sha256) throw notWhole(sha256);
}

function notWhole(sha256: string): Failure {
  return new Failure(
    "integrity",
    `the archive ${sha256} is damaged or missing`,
    "`verify --repair` fetches it again; then export anew",
  );
}

/** How often progress is told, in milliseconds. */
const PROGRESS_MS = 50;

function createProgress(total: number, report: Report, signal: AbortSignal | undefined) {
  let done = 0;
  let bytes = 0;
  let last = 0;
  return ({ path, size }: OutgoingFile) => {
    signal?.throwIfAborted();
    if (!path.startsWith("packages/")) return;
    done++;
    bytes += size;
    if (done < total && performance.now() - last < PROGRESS_MS) return;
    last = performance.now();
    report({ type: "progress", done, total, failed: 0, bytes });
  };
}
