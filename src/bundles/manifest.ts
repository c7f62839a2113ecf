/**
 * What a bundle says of itself: `manifest.json`. Every other byte of a bundle is decided or hashed by
 * it, so its own SHA-256 is the bundle's id.
 *
 * Version 1: first.
 */

import { Failure } from "../errors.ts";
import { isRecord } from "../record.ts";
import { MOST_BYTES } from "./ustar.ts";

const FORMAT = "moonbit-registry-bundle";
const VERSION = 1;

export const PACK = "index/objects.pack";
export const PACK_INDEX = "index/objects.idx";
export const README = "README.txt";

export interface BundleFile {
  readonly path: string;
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Of an archive: `owner/name@1.2.3`. */
  readonly version?: string;
}

/** Where a ref was in the base, and where it is now; null where there is none. */
export interface BundleRef {
  readonly name: string;
  readonly old: string | null;
  readonly new: string | null;
}

/** A source of the exporting registry, whose index the bundle has. */
export interface BundleOrigin {
  readonly name: string;
  /** Where it has its index, without credentials. */
  readonly index: string;
  readonly priority: number;
  readonly enabled: boolean;
}

/** The files that travel whole, in the manifest. */
export const TRAVELLING = ["symbols.json", "assets.json"] as const;

export type Pointers = { readonly [file in (typeof TRAVELLING)[number]]?: object };

export interface Manifest {
  /** Name of the exporting registry. */
  readonly registry: string;
  /** Tells exporting registries apart, whatever they are called. */
  readonly series: string;
  /** Counts the bundles of a series: what is newer is told by this, not by a clock. */
  readonly number: number;
  /** The bundle that must be there before; null when this one is whole by itself. */
  readonly base: string | null;
  /** The base's number, when it is of the same series: a newer one of that does as well. */
  readonly baseNumber: number | null;
  /** Every ref, also one that has not moved. */
  readonly refs: readonly BundleRef[];
  /** Commits in the pack whose parents were never fetched. */
  readonly shallow: readonly string[];
  /** The first to be asked first. */
  readonly origins: readonly BundleOrigin[];
  /** Files of the data directory that name archives beside the index. */
  readonly pointers: Pointers;
  /** Archives of the base that are not needed any more. */
  readonly removed: readonly string[];
  /** In the order of the bundle: README, pack, its index, archives by hash. */
  readonly files: readonly BundleFile[];
}

export const isArchive = ({ path }: Pick<BundleFile, "path">): boolean =>
  path.startsWith("packages/");

/** @example archiveName("abcd…") → "packages/sha256/ab/abcd….zip" */
export function archiveName(sha256: string): string {
  return `packages/sha256/${sha256.slice(0, 2)}/${sha256}.zip`;
}

/** @returns what a bundle is called by: the SHA-256 of its manifest's bytes, lower-case hex */
export function bundleId(manifest: Uint8Array): string {
  return Bun.SHA256.hash(manifest, "hex");
}

/** Lists stand one item a line, for eyes and for `diff`. */
export function encodeManifest(manifest: Manifest): Buffer {
  const { origins, refs, shallow, removed, files, ...rest } = manifest;
  const { registry, series, number, base, baseNumber, pointers } = rest;
  const about = { registry, series, number, base, baseNumber, pointers };
  const head = { format: FORMAT, version: VERSION, ...about };
  const fields = Object.entries(head).map(([key, value]) => `${text(key)}: ${text(value)}`);
  const lists = Object.entries({ origins, refs, shallow, removed, files }).map(([key, items]) => {
    const lines = items.map((item) => `\n    ${text(item)}`).join(",");
    return `${text(key)}: [${lines}${items.length > 0 ? "\n  " : ""}]`;
  });
  return Buffer.from(`{\n  ${[...fields, ...lists].join(",\n  ")}\n}\n`);
}

const text = (value: unknown): string => JSON.stringify(value);

/**
 * Reads a manifest, and believes nothing: names that become paths or refs are of a few known forms.
 *
 * @throws {Failure} "integrity"
 */
export function parseManifest(data: Uint8Array): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
  } catch (error) {
    throw damaged("manifest.json is not JSON", error);
  }
  const record = object(json, "the manifest");
  if (record.format !== FORMAT) throw damaged("it is no bundle of this program");
  if (record.version !== VERSION) {
    throw new Failure(
      "invalid",
      `the bundle has format version ${String(record.version)}, and this program reads ${VERSION}`,
      "use a newer moonbit-registry",
    );
  }
  const manifest: Manifest = {
    registry: string(record.registry, "registry", /^[^\p{Cc}]{0,200}$/u),
    series: string(record.series, "series", /^[0-9a-f]{32}$/),
    number: whole(record.number, "number"),
    base: record.base === null ? null : string(record.base, "base", SHA256),
    baseNumber: record.baseNumber === null ? null : whole(record.baseNumber, "baseNumber"),
    refs: list(record.refs, "refs").map(readRef),
    shallow: list(record.shallow, "shallow").map((oid) => string(oid, "shallow", OID)),
    origins: list(record.origins, "origins").map(readOrigin),
    pointers: readPointers(record.pointers),
    removed: list(record.removed, "removed").map((hash) => string(hash, "removed", SHA256)),
    files: list(record.files, "files").map(readFile),
  };
  checkFiles(manifest.files);
  checkUnique(manifest.refs, "ref");
  checkUnique(manifest.origins, "origin");
  return manifest;
}

const SHA256 = /^[0-9a-f]{64}$/;
const OID = /^[0-9a-f]{40}$/;
/** Of a source: as in registry.toml. */
const NAME = /^[a-z0-9](?:[a-z0-9_-]|\.(?!\.)){0,63}$/;

function readRef(item: unknown): BundleRef {
  const { name, old, new: now } = object(item, "a ref");
  const oid = (value: unknown) => (value === null ? null : string(value, "a ref", OID));
  const ref = { name: string(name, "a ref", /^refs\//), old: oid(old), new: oid(now) };
  const parts = ref.name.split("/");
  const known =
    /^refs\/heads\/(?:main|stored|published|knitpkg)$/.test(ref.name) ||
    (parts.length === 4 && parts[1] === "remotes" && isName(parts[2]!) && parts[3] === "main") ||
    (parts.length === 3 && parts[1] === "pins" && isName(parts[2]!));
  if (!known) throw damaged(`it has no business with ${text(ref.name)}`);
  if (ref.new === null && parts[1] === "heads") throw damaged(`it would delete ${ref.name}`);
  return ref;
}

const isName = (name: string): boolean =>
  NAME.test(name) && !name.endsWith(".") && !name.endsWith(".lock");

function readOrigin(item: unknown): BundleOrigin {
  const { name, index, priority, enabled } = object(item, "an origin");
  const origin = {
    name: string(name, "an origin", NAME),
    index: string(index, "an origin", /^[^\p{Cc}]{0,2000}$/u),
    priority: whole(priority, "an origin"),
    enabled: enabled === true,
  };
  if (!isName(origin.name) || typeof enabled !== "boolean") throw damaged("an origin is malformed");
  return origin;
}

function readPointers(item: unknown): Pointers {
  const entries = Object.entries(object(item, "pointers"));
  const files: readonly string[] = TRAVELLING;
  const stranger = entries.find(([file]) => !files.includes(file));
  if (stranger) throw damaged(`it has no business with ${text(stranger[0])}`);
  return Object.fromEntries(entries.map(([file, value]) => [file, object(value, file)]));
}

function readFile(item: unknown): BundleFile {
  const { path, size, sha256, version } = object(item, "a file");
  const file = {
    path: string(path, "a file", /^[\x21-\x7e]{1,100}$/),
    size: whole(size, "a file"),
    sha256: string(sha256, "a file", SHA256),
  };
  if (file.size > MOST_BYTES) throw damaged(`${file.path} says to have ${file.size} bytes`);
  if (version === undefined) return file;
  return { ...file, version: string(version, "a file", /^[^\p{Cc}]{1,2000}$/u) };
}

/** There is one order and one name for everything. */
function checkFiles(files: readonly BundleFile[]): void {
  const [readme, pack, index, ...archives] = files;
  if (readme?.path !== README || pack?.path !== PACK || index?.path !== PACK_INDEX) {
    throw damaged("its files are not those of a bundle");
  }
  let before = "";
  for (const { path, sha256 } of archives) {
    if (path !== archiveName(sha256) || sha256 <= before) {
      throw damaged(`${text(path)} is no archive's name, or out of order`);
    }
    before = sha256;
  }
}

function checkUnique(items: readonly { name: string }[], what: string): void {
  // As a file system that minds no case would see them.
  const names = new Set(items.map(({ name }) => name.toLowerCase()));
  if (names.size !== items.length) throw damaged(`a ${what} is in it twice`);
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (isRecord(value)) return value;
  throw damaged(`${what} is malformed`);
}

function list(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw damaged(`${what} is no list`);
}

function string(value: unknown, what: string, form: RegExp): string {
  if (typeof value === "string" && form.test(value)) return value;
  throw damaged(`${what} is malformed`);
}

function whole(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw damaged(`${what} is malformed`);
}

/** A bundle that is not what its maker wrote. */
export function damaged(what: string, cause?: unknown): Failure {
  return new Failure(
    "integrity",
    `the bundle is damaged: ${what}`,
    "nothing was changed; copy it again, or make it anew",
    { cause },
  );
}
