/**
 * Which bundles this registry has made or taken in: their manifests, under their ids. What is new and
 * what is missing is told by these, not by a clock.
 *
 *     data/bundles/
 *       series            names this registry in the bundles that it makes
 *       <id>.json         the manifest of a bundle; its SHA-256 is the id
 *       origins.json      see origins.ts
 *       incoming-<pid>-…  an import under way
 */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundleId, type Manifest, openContainer, parseManifest, readHead } from "../bundles/mod.ts";
import { Failure, systemCode } from "../errors.ts";
import { writeDurably } from "../files/mod.ts";
import type { Registry } from "./open.ts";

export interface KnownBundle {
  readonly id: string;
  readonly manifest: Manifest;
}

const recordPath = ({ paths }: Registry, id: string): string => join(paths.bundles, `${id}.json`);

export function isKnown(registry: Registry, id: string): boolean {
  return existsSync(recordPath(registry, id));
}

export async function remember(registry: Registry, manifestBytes: Buffer): Promise<void> {
  await writeDurably(recordPath(registry, bundleId(manifestBytes)), manifestBytes);
}

/** Every bundle of a series that is known here, the newest last. */
export function bundlesOf(registry: Registry, series: string): KnownBundle[] {
  return knownIds(registry)
    .map((id) => readRecord(registry, id))
    .filter(({ manifest }) => manifest.series === series)
    .sort((a, b) => a.manifest.number - b.manifest.number);
}

function knownIds({ paths }: Registry): string[] {
  try {
    const files = readdirSync(paths.bundles).filter((file) => /^[0-9a-f]{64}\.json$/.test(file));
    return files.map((file) => file.slice(0, 64));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

function readRecord(registry: Registry, id: string): KnownBundle {
  return { id, manifest: parseManifest(readFileSync(recordPath(registry, id))) };
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
    const { id, manifest } = await readHead(container);
    return { id, manifest };
  } finally {
    await container.close();
  }
}

/** What this registry is called in its bundles; made up when it is first needed. The caller holds the lock. */
export async function ownSeries({ paths }: Registry): Promise<string> {
  const path = join(paths.bundles, "series");
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
  const series = randomBytes(16).toString("hex");
  await writeDurably(path, `${series}\n`);
  return series;
}
