/**
 * Which bundles this registry has made or taken in: their manifests, under their ids. What is new and
 * what is missing is told by these, not by a clock.
 *
 *     data/bundles/
 *       series            names this registry in the bundles that it makes
 *       number            of the newest bundle that it has begun to make
 *       <id>.json         the manifest of a bundle; its SHA-256 is the id
 *       origins.json      see origins.ts
 *       incoming-<pid>-…  an import under way
 */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  bundleId,
  type Manifest,
  openContainer,
  parseManifest,
  readHead,
} from "../../bundles/mod.ts";
import { Failure } from "../../errors.ts";
import { entriesOf, readIfThere, writeDurably } from "../../files/mod.ts";
import type { Oid } from "../../git/mod.ts";
import type { Registry } from "../open.ts";
import type { DataPaths } from "../paths.ts";
import { unlessDamaged } from "../unless-damaged.ts";

export interface KnownBundle {
  readonly id: string;
  readonly manifest: Outline;
}

/** What the bundles that come after one are told from. The list of its files is long, and not needed. */
export type Outline = Pick<Manifest, "registry" | "series" | "number" | "refs" | "pointers">;

const recordPath = ({ paths }: Registry, id: string): string => join(paths.bundles, `${id}.json`);

export function isKnown(registry: Registry, id: string): boolean {
  return existsSync(recordPath(registry, id));
}

/** Within a lock on the refs if it can be had: `gc`, which takes it, would take the draft for a leftover. */
export async function remember(registry: Registry, manifestBytes: Buffer): Promise<void> {
  await writeDurably(recordPath(registry, bundleId(manifestBytes)), manifestBytes);
}

/** The newest bundle of each series that is known here. @throws {Failure} "integrity" */
export function newestBundles(registry: Registry): KnownBundle[] {
  const newest = new Map<string, KnownBundle>();
  // One at a time, as each may be long.
  for (const id of knownIds(registry)) {
    const bundle = readRecord(registry, id);
    const { series, number } = bundle.manifest;
    if (number >= (newest.get(series)?.manifest.number ?? 0)) newest.set(series, bundle);
  }
  return [...newest.values()];
}

export interface LastBundle {
  readonly id: string;
  readonly number: number;
  /** Whose it is: the name of the registry that made it. */
  readonly registry: string;
  /** Whether it was made here. */
  readonly isOwn: boolean;
  /** ISO 8601. */
  readonly at: string;
}

/** The bundle that was written down last; undefined when there is none, or it is damaged, which `verify` tells. */
export function lastBundle(registry: Registry): LastBundle | undefined {
  const times = knownIds(registry).flatMap((id) => {
    const stat = statSync(recordPath(registry, id), { throwIfNoEntry: false });
    return stat ? [{ id, at: stat.mtime }] : [];
  });
  const [newest] = times.sort((a, b) => b.at.getTime() - a.at.getTime());
  const found = newest && unlessDamaged(() => readRecord(registry, newest.id));
  if (!newest || !found || found instanceof Failure) return undefined;
  const { number, registry: name, series } = found.manifest;
  return {
    id: newest.id,
    number,
    registry: name,
    isOwn: isOwnSeries(registry, series),
    at: newest.at.toISOString(),
  };
}

function knownIds({ paths }: Registry): string[] {
  const files = filesIn(paths).filter((file) => /^[0-9a-f]{64}\.json$/.test(file));
  return files.map((file) => file.slice(0, 64));
}

/** Where imports that were killed kept what they had read. Under the lock no other is under way. */
export function abandonedImports(paths: DataPaths): string[] {
  const names = filesIn(paths).filter((file) => file.startsWith("incoming-"));
  return names.map((name) => join(paths.bundles, name));
}

const filesIn = ({ bundles }: DataPaths): string[] => entriesOf(bundles).map(({ name }) => name);

function readRecord(registry: Registry, id: string): KnownBundle {
  const path = recordPath(registry, id);
  const data = readFileSync(path);
  if (bundleId(data) !== id) {
    const hint =
      "`gc` removes it; for --since name the bundle's file then, and import it again if it is another's";
    throw damagedFile(path, hint);
  }
  const { registry: name, series, number, refs, pointers } = parseManifest(data);
  return { id, manifest: { registry: name, series, number, refs, pointers } };
}

const damagedFile = (path: string, hint: string) =>
  new Failure("integrity", `${path} is damaged`, hint);

/** So many bundles of each series are remembered, for others that go on from them. */
const MOST_REMEMBERED = 20;

/** Records that nobody needs: of bundles of long ago, and damaged ones. */
export function needlessRecords(registry: Registry): string[] {
  const needless: string[] = [];
  const series = new Map<string, { path: string; number: number }[]>();
  for (const id of knownIds(registry)) {
    const path = recordPath(registry, id);
    const bundle = unlessDamaged(() => readRecord(registry, id));
    if (bundle instanceof Failure) needless.push(path);
    else {
      const { series: name, number } = bundle.manifest;
      series.set(name, [...(series.get(name) ?? []), { path, number }]);
    }
  }
  for (const records of series.values()) {
    const old = records.sort((a, b) => b.number - a.number).slice(MOST_REMEMBERED);
    needless.push(...old.map(({ path }) => path));
  }
  return needless;
}

/** Forgets what a registry made before it was set back to where a bundle goes on: it counts from there again. */
export function forgetSince(registry: Registry, { series, number }: Outline): void {
  for (const id of knownIds(registry)) {
    const bundle = unlessDamaged(() => readRecord(registry, id));
    if (bundle instanceof Failure || bundle.manifest.series !== series) continue;
    if (bundle.manifest.number >= number) rmSync(recordPath(registry, id));
  }
}

/** What is damaged among all this. */
export function ledgerProblems(registry: Registry): { path: string; message: string }[] {
  const checks = [
    { path: seriesPath(registry), read: () => readSeries(seriesPath(registry)) },
    { path: numberPath(registry), read: () => readNumber(numberPath(registry)) },
    ...knownIds(registry).map((id) => {
      return { path: recordPath(registry, id), read: () => readRecord(registry, id) };
    }),
  ];
  return checks.flatMap(({ path, read }) => {
    const result = unlessDamaged<unknown>(read);
    return result instanceof Failure
      ? [{ path, message: `${result.message}; ${result.hint}` }]
      : [];
  });
}

/** As short as an id may be written. */
const SHORTEST = 8;

/**
 * Finds the bundle that an export is to go on from.
 *
 * @param word an id, its beginning, or a bundle
 * @throws {Failure} "not-found"
 */
export async function findBundle(registry: Registry, word: string): Promise<KnownBundle> {
  if (/^[0-9a-f]+$/.test(word) && word.length >= SHORTEST && !existsSync(word)) {
    const [only, ...others] = knownIds(registry).filter((id) => id.startsWith(word));
    if (only !== undefined && others.length === 0) return readRecord(registry, only);
    const what = only === undefined ? "no bundle" : "more than one bundle";
    throw new Failure(
      "not-found",
      `this registry knows ${what} ${word}`,
      "name the bundle's file, or leave --since out for a whole one",
    );
  }
  const container = openContainer(word);
  try {
    return await readHead(container);
  } finally {
    await container.close();
  }
}

/**
 * What this registry is called in its bundles; made up when it is first needed. The caller holds the lock.
 *
 * @throws {Failure} "integrity"
 */
export async function ownSeries(registry: Registry): Promise<string> {
  const path = seriesPath(registry);
  const known = readSeries(path);
  if (known !== undefined) return known;
  const series = randomBytes(16).toString("hex");
  await writeDurably(path, `${series}\n`);
  return series;
}

/** Whether a bundle of a series, which is another registry's, had a ref there. */
export function isBroughtBy(registry: Registry, series: string, ref: string, tip: Oid): boolean {
  if (isOwnSeries(registry, series)) return false;
  return knownIds(registry).some((id) => {
    const bundle = unlessDamaged(() => readRecord(registry, id));
    if (bundle instanceof Failure || bundle.manifest.series !== series) return false;
    return bundle.manifest.refs.some(({ name, new: there }) => name === ref && there === tip);
  });
}

/** Whether a series is this registry's own; where nobody can say, it is not. */
export function isOwnSeries(registry: Registry, series: string): boolean {
  return unlessDamaged(() => readSeries(seriesPath(registry))) === series;
}

const seriesPath = ({ paths }: Registry): string => join(paths.bundles, "series");

function readSeries(path: string): string | undefined {
  const text = readIfThere(path)?.trim();
  if (text === undefined || /^[0-9a-f]{32}$/.test(text)) return text;
  const hint = "take it from a backup, or delete it: then the next bundle has to be a whole one";
  throw damagedFile(path, hint);
}

/**
 * The number of the bundle that is made next. It is taken only with `takeNumber`, before the lock is let go:
 * writing a bundle takes as long as it takes, and others may be made meanwhile. The caller holds the lock.
 *
 * @throws {Failure} "integrity" when nobody can say which it is
 */
export function nextNumber(registry: Registry, series: string): number {
  const known = newestBundles(registry).find(({ manifest }) => manifest.series === series);
  return Math.max(known?.manifest.number ?? 0, readNumber(numberPath(registry))) + 1;
}

/** The caller holds the lock on the refs since `nextNumber`. */
export async function takeNumber(registry: Registry, number: number): Promise<void> {
  await writeDurably(numberPath(registry), `${number}\n`);
}

const numberPath = ({ paths }: Registry): string => join(paths.bundles, "number");

function readNumber(path: string): number {
  const text = readIfThere(path)?.trim();
  if (text === undefined || /^\d{1,15}$/.test(text)) return Number(text ?? 0);
  throw damagedFile(
    path,
    "write the number of your newest bundle into it: `import --list` tells it",
  );
}
