/**
 * Removes what nothing refers to: archives that no index names, files of writers that were killed,
 * Git objects that no ref leads to. With a policy also versions that are too old to keep.
 *
 * All of it under the lock, so that nothing that a mirror or a publication has just written, and not
 * listed yet, is taken for waste. Killed at any point it has removed only what it was to remove.
 */
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { abandonedFiles, type Sha256 } from "../../archives/mod.ts";
import { Failure } from "../../errors.ts";
import { entriesOf, isTemporary } from "../../files/mod.ts";
import { findWaste, listRefs, repackNow } from "../../git/mod.ts";
import type { Catalog, CatalogModule, Entry } from "../../index/mod.ts";
import { pointedArchives } from "../assets/pointers.ts";
import { abandonedImports, needlessRecords } from "../bundles/ledger.ts";
import type { Report } from "../events.ts";
import { EVERYTHING, planMirror } from "../mirroring/plan.ts";
import { type Registry, servedView } from "../open.ts";
import { PUBLISHED_ORIGIN } from "../paths.ts";
import { currentOffer } from "../views/offer.ts";
import { referencedArchives } from "../views/references.ts";
import { dropPins, type IdlePin, idlePins } from "../views/rewrites.ts";
import { updateViews } from "../views/views.ts";
import { alone } from "../writing.ts";
import { quarantined } from "./quarantine.ts";

export interface GcOptions {
  /** Say what would go; remove nothing. */
  readonly dryRun?: boolean;
  /** Also versions that are not among each module's latest so many, unless those need them. */
  readonly keepLatest?: number;
  /** Ends it between two steps: what is gone by then was waste. */
  readonly signal?: AbortSignal;
  /** For tests, in milliseconds since the epoch. */
  readonly now?: number;
}

export interface GcSummary {
  readonly archives: readonly {
    sha256: Sha256;
    size: number;
    /** `owner/name@1.2.3`; null when no index names it. */
    version: string | null;
  }[];
  /**
   * Temporary files of writers that are no more, packs without their index, records of old bundles, bad bytes that
   * were put aside long ago.
   */
  readonly leftovers: readonly { path: string; size: number }[];
  /** Bad bytes that were put aside, and stay for a while yet. */
  readonly quarantined: { readonly files: number; readonly bytes: number };
  readonly gitObjects: number;
  readonly bytes: number;
  readonly dryRun: boolean;
}

/** @throws {Failure} "integrity" when the index cannot be read: then nothing is known to be waste; the signal's reason */
export async function gc(
  registry: Registry,
  options: GcOptions,
  report: Report,
): Promise<GcSummary> {
  // Where nothing can be written, nobody is to be waited for, and the lock cannot be taken.
  if (options.dryRun && registry.readOnly) return await collect(registry, options, report);
  return await alone(registry, "gc", () => collect(registry, options, report));
}

async function collect(
  registry: Registry,
  { dryRun = false, keepLatest, signal, now = Date.now() }: GcOptions,
  report: Report,
): Promise<GcSummary> {
  const { archives, objects, paths } = registry;
  const stored = await archives.list();
  const named = await readNamed(registry);
  const pointed = pointedArchives(registry);
  const doomed = new Map<Sha256, string | null>();
  for (const sha256 of stored) {
    if (!named.has(sha256) && !pointed.has(sha256)) doomed.set(sha256, null);
  }
  const offer = await currentOffer(registry);
  if (keepLatest !== undefined) {
    for (const { checksum, module, version } of tooOld(offer.catalog, stored, keepLatest)) {
      if (!pointed.has(checksum)) doomed.set(checksum, `${module}@${version}`);
    }
  }
  const pins = keepLatest === undefined ? [] : await disappeared(registry);
  for (const { entry } of pins) {
    const { checksum, module, version } = entry;
    if (stored.has(checksum) && !pointed.has(checksum))
      doomed.set(checksum, `${module}@${version}`);
  }
  const going = [...doomed].map(([sha256, version]) => ({
    sha256,
    size: archives.size(sha256) ?? 0,
    version,
  }));
  const aside = quarantined(paths, now);
  const leftovers = [...findLeftovers(registry), ...aside.filter(({ isOld }) => isOld)].map(
    ({ path, size }) => ({ path, size }),
  );
  const left = aside.filter(({ isOld }) => !isOld);
  const waste = await findWaste(paths.index, objects);
  signal?.throwIfAborted();
  if (!dryRun) {
    // Leftovers before anything is written: half of a pack has the name that the whole one will have.
    for (const { path } of leftovers) rmSync(path, { force: true, recursive: true });
    // What nobody lists goes first: on a full disk it makes the room for the view.
    const remove = async (sha256: Sha256) => {
      signal?.throwIfAborted();
      await archives.delete(sha256);
    };
    for (const [sha256, version] of doomed) if (version === null) await remove(sha256);
    // Then the view, then the rest: what is listed as stored is there at every moment.
    if (keepLatest !== undefined) {
      await updateViews(registry, offer, report, { leaving: new Set(doomed.keys()) });
      await dropPins(registry, pins);
    }
    for (const sha256 of doomed.keys()) await remove(sha256);
    signal?.throwIfAborted();
    if (waste.objects > 0) await repackNow(paths.index, objects, servedView(registry));
  }
  const sizes = [...going, ...leftovers].map(({ size }) => size);
  return {
    archives: going,
    leftovers,
    quarantined: { files: left.length, bytes: left.reduce((sum, { size }) => sum + size, 0) },
    gitObjects: waste.objects,
    bytes: sizes.reduce((sum, size) => sum + size, waste.bytes),
    dryRun,
  };
}

async function readNamed(registry: Registry): Promise<Map<Sha256, Entry>> {
  try {
    return await referencedArchives(registry);
  } catch (error) {
    throw new Failure(
      "integrity",
      "the index is damaged, so nobody can say what it refers to; nothing was removed",
      "`verify` tells what is wrong with it",
      { cause: error },
    );
  }
}

/**
 * Stored versions that are neither among their module's latest nor needed by one that is. What was
 * published here has no other home and is never among them.
 */
function tooOld(catalog: Catalog, stored: ReadonlySet<Sha256>, keepLatest: number): Entry[] {
  const here = new Map<string, CatalogModule>();
  for (const module of catalog.keys()) {
    const file = catalog.get(module);
    if (!file) continue;
    const lines = file.lines.filter(({ entry }) => stored.has(entry.checksum));
    if (lines.length > 0) here.set(module, { ...file, lines });
  }
  const published = [...here].filter(([, { origin }]) => origin === PUBLISHED_ORIGIN);
  const kept = planMirror(here, [
    { patterns: [EVERYTHING], latest: keepLatest },
    ...published.map(([module]) => ({ patterns: [escaped(module)] })),
  ]).entries;
  // Versions may share an archive.
  const keep = new Set(kept.map(({ checksum }) => checksum));
  return [...here.values()]
    .flatMap(({ lines }) => lines.map(({ entry }) => entry))
    .filter(({ checksum }) => !keep.has(checksum));
}

/** Pins of versions that no index lists any more. */
async function disappeared(registry: Registry): Promise<IdlePin[]> {
  const refs = listRefs(registry.paths.index, "refs/");
  const pins = idlePins(registry);
  const idle = new Set(pins.map(({ ref }) => ref));
  const others = [...refs].filter(([name]) => !idle.has(name));
  const listed = await referencedArchives(registry, new Map(others));
  return pins.filter(({ entry }) => !listed.has(entry.checksum));
}

/** A module's name as a pattern that matches nothing else. */
function escaped(module: string): string {
  return module.replace(/[\\*?[\]{}()!+@|]/g, "\\$&");
}

/** Everything that a killed writer may have left. Under the lock nobody else is writing any of it. */
function findLeftovers(registry: Registry): { path: string; size: number }[] {
  const { paths } = registry;
  const packs = join(paths.index, "objects", "pack");
  const names = new Set(entriesOf(packs).map(({ name }) => name));
  const orphans = [...names]
    .filter((name) => /\.(pack|closed)$/.test(name) && !names.has(name.replace(/\.\w+$/, ".idx")))
    .map((name) => join(packs, name));
  const found = [
    ...abandonedFiles(paths.packages),
    ...temporaries(paths.root, false),
    ...temporaries(paths.index, true),
    ...temporaries(paths.bundles, false),
    ...abandonedImports(paths),
    ...needlessRecords(registry),
    ...orphans,
  ];
  return found.map((path) => ({ path, size: sizeOf(path) }));
}

/** Drafts of durable writes: see files/durable.ts. */
function temporaries(directory: string, deep: boolean): string[] {
  return entriesOf(directory).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (isTemporary(entry.name)) return [path];
    return deep && entry.isDirectory() ? temporaries(path, true) : [];
  });
}

function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found?.size ?? 0;
  return entriesOf(path).reduce((sum, { name }) => sum + sizeOf(join(path, name)), 0);
}
