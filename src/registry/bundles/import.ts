/**
 * Takes a bundle in. All of it is read and proven before anything of the registry changes; then, in
 * the order that every change here has: archives, objects, refs, and last the ledger. Killed on the
 * way, it has either changed nothing that anybody sees, or is completed by running it again.
 */
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { cleanTemporary } from "../../archives/mod.ts";
import {
  type BundleHead,
  type Container,
  countArchives,
  damaged,
  isArchive,
  type Manifest,
  openContainer,
  PACK,
  PACK_INDEX,
  type PublicKey,
  readFiles,
  readHead,
  readPublicKey,
} from "../../bundles/mod.ts";
import { Failure, messageOf } from "../../errors.ts";
import {
  createRepository,
  type IncomingPack,
  isAncestor,
  type ObjectReader,
  openIncomingPack,
  reachable,
  repackIfMany,
} from "../../git/mod.ts";
import { onDisk } from "../disk.ts";
import type { Report } from "../events.ts";
import { type Registry, servedView } from "../open.ts";
import { ALL_VIEW, STORED_VIEW } from "../paths.ts";
import { createProgress } from "../progress.ts";
import { archivesOfRef } from "../views/references.ts";
import { alone } from "../writing.ts";
import { applyBundle, checkFit, planRefs, type StagedBundle, VIEWS } from "./apply.ts";
import {
  abandonedImports,
  forgetSince,
  isKnown,
  type KnownBundle,
  newestBundles,
  type Outline,
  remember,
} from "./ledger.ts";

export interface ImportOptions {
  /** A file, its parts, a directory, or `-`. */
  readonly from: string;
  /** A public key, or the file of one: nobody else's bundle is taken. */
  readonly requireSignature?: string;
  /** Also what was taken in before, and what a registry made that was set back since. */
  readonly anyway?: boolean;
  readonly signal?: AbortSignal;
}

export interface ImportSummary {
  readonly outcome: "applied" | "applied before" | "superseded";
  readonly id: string;
  readonly registry: string;
  readonly number: number;
  readonly base: string | null;
  readonly signedBy: PublicKey | null;
  readonly archives: number;
  /** Of those, how many were stored already. */
  readonly alreadyStored: number;
  readonly removed: number;
  /** Of one that was applied before: archives that are listed here, and not stored any more. */
  readonly lacking: number;
  readonly bytes: number;
}

/**
 * @throws {Failure} "integrity" when a byte is wrong; "not-found" when its base is not here; "exists" when its
 *   registry was set back, or published what was published here otherwise
 */
export async function importBundle(
  registry: Registry,
  options: ImportOptions,
  report: Report,
): Promise<ImportSummary> {
  const key =
    options.requireSignature === undefined ? undefined : publicKey(options.requireSignature);
  const container = openContainer(options.from, options.signal);
  const hint = "check the medium, its room and its permissions; then run it again";
  try {
    return await onDisk("the bundle cannot be taken in", hint, async () => {
      const head = await readHead(container);
      requireSigner(head, key);
      return await alone(registry, "import", () =>
        takeIn(registry, container, head, options, report),
      );
    });
  } finally {
    await container.close();
  }
}

/** What a bundle says of itself. Its files are not looked at. */
export async function listBundle(from: string): Promise<BundleHead> {
  const container = openContainer(from);
  try {
    return await readHead(container);
  } finally {
    await container.close();
  }
}

function publicKey(word: string): PublicKey {
  if (existsSync(word)) return readPublicKey(readFileSync(word, "utf8"));
  if (word.startsWith("ed25519:")) return readPublicKey(word);
  const hint =
    "name the file that `key generate FILE` wrote to FILE.pub, or give its line: ed25519:…";
  throw new Failure("not-found", `there is no file ${word}`, hint);
}

function requireSigner({ signedBy }: BundleHead, key: PublicKey | undefined): void {
  if (key === undefined || signedBy === key) return;
  throw new Failure(
    "integrity",
    signedBy === undefined ? "the bundle is not signed" : `the bundle is signed by ${signedBy}`,
    `only one that is signed by ${key} is taken`,
  );
}

async function takeIn(
  registry: Registry,
  container: Container,
  head: BundleHead,
  { anyway = false, signal }: ImportOptions,
  report: Report,
): Promise<ImportSummary> {
  const { id, manifest, manifestBytes } = head;
  const none = { archives: 0, alreadyStored: 0, removed: 0, lacking: 0, bytes: 0 };
  const about = {
    id,
    registry: manifest.registry,
    number: manifest.number,
    base: manifest.base,
    signedBy: head.signedBy ?? null,
  };
  if (isKnown(registry, id) && !anyway) {
    return {
      outcome: "applied before",
      ...about,
      ...none,
      lacking: await countLacking(registry, manifest),
    };
  }
  const known = newestBundles(registry);
  const newest = known.find((bundle) => bundle.manifest.series === manifest.series);
  requireBase(registry, manifest, newest);
  checkFit(registry, manifest);
  await cleanTemporary(registry.paths.packages);
  const staged = await stageBundle(registry, container, head, signal, report);
  try {
    const { objects } = staged.pack;
    if (!anyway && newest !== undefined && isOlder(manifest, newest.manifest, objects)) {
      if (!isWithin(manifest, newest.manifest, objects)) {
        // Where it cannot be taken in anyway, that is what is to be told.
        planRefs(registry, manifest, staged);
        throw setBack(manifest, newest);
      }
      // Nothing of it is new; but one that goes on from it may come.
      await remember(registry, manifestBytes);
      return { outcome: "superseded", ...about, ...none };
    }
    const { removed } = await applyBundle(registry, manifest, known, staged, report);
    if (anyway) forgetSince(registry, manifest);
    await remember(registry, manifestBytes);
    await repackIfMany(registry.paths.index, registry.objects, servedView(registry));
    const { alreadyStored } = staged;
    const counts = { ...countArchives(manifest), alreadyStored, removed, lacking: 0 };
    return { outcome: "applied", ...about, ...counts };
  } finally {
    await staged.discard();
  }
}

/** Archives may be lost, or collected, after they came. */
async function countLacking(registry: Registry, { files }: Manifest): Promise<number> {
  const gone = files.filter((file) => isArchive(file) && !registry.archives.has(file.sha256));
  const listed = gone.length > 0 ? await archivesOfRef(registry, ALL_VIEW) : new Map();
  return gone.filter(({ sha256 }) => listed.has(sha256)).length;
}

/**
 * Whether a bundle says less than another of its series. Two have one number when their registry was set back in
 * between, or lies on a medium on which no number can be noted: of those the history of the views tells which is
 * the newer.
 */
function isOlder(manifest: Outline, newest: Outline, objects: ObjectReader): boolean {
  if (manifest.number !== newest.number) return manifest.number < newest.number;
  const tips = new Map(manifest.refs.map(({ name, new: tip }) => [name, tip]));
  return newest.refs.some(({ name, new: before }) => {
    if (!VIEWS.includes(name) || before === null) return false;
    const tip = tips.get(name) ?? null;
    return tip === null || !isAncestor(objects, before, tip);
  });
}

/**
 * Whether nothing of what a bundle lists as stored is new, as far as anybody can say here. Views without a common
 * past say nothing of each other: the index was made anew between the two, and the number tells which is the newer.
 */
function isWithin(manifest: Outline, newest: Outline, objects: ObjectReader): boolean {
  const storedBy = ({ refs }: Outline) => refs.find(({ name }) => name === STORED_VIEW)?.new;
  const [tip, latest] = [storedBy(manifest), storedBy(newest)];
  if (!tip) return true;
  if (!latest) return false;
  if (!objects.has(latest)) return true;
  const past = reachable(objects, [latest]);
  return past.has(tip) || past.isDisjointFrom(reachable(objects, [tip]));
}

function setBack({ registry, number }: Manifest, { manifest: newest }: KnownBundle): Failure {
  const other = newest.number === number ? "another of that number" : `bundle ${newest.number}`;
  return new Failure(
    "exists",
    `bundle ${number} of ${JSON.stringify(registry)} has what ${other} does not, which was taken in before: that registry was set back`,
    "`import --anyway` a whole bundle of it: what it lists no more goes, and those that follow are taken in as ever",
  );
}

function requireBase(
  registry: Registry,
  { base, baseNumber }: Manifest,
  newest: KnownBundle | undefined,
): void {
  if (base === null || isKnown(registry, base)) return;
  // What came after the base has all that was in it.
  if (baseNumber !== null && newest !== undefined && newest.manifest.number > baseNumber) return;
  throw lacksBase(base);
}

function lacksBase(base: string, cause?: unknown): Failure {
  return new Failure(
    "not-found",
    `the bundle goes on from ${base}, which is not in this registry`,
    "import that one first, or a whole one: `export` without --since",
    { cause },
  );
}

/** A superseded bundle is known, and nothing of it was kept; or the index is that of an older backup. */
function lacksOfBase(base: string, cause: unknown): Failure {
  return new Failure(
    "not-found",
    `the bundle goes on from ${base}, of which not all is here any more`,
    "import a whole one: `export` without --since",
    { cause },
  );
}

/** Brings all of a bundle here, proven, and changes nothing. */
async function stageBundle(
  registry: Registry,
  container: Container,
  head: BundleHead,
  signal: AbortSignal | undefined,
  report: Report,
): Promise<StagedBundle> {
  const { paths, archives } = registry;
  const { manifest } = head;
  for (const path of abandonedImports(paths)) rmSync(path, { recursive: true, force: true });
  const directory = join(paths.bundles, `incoming-${process.pid}-${Date.now().toString(36)}`);
  mkdirSync(directory, { recursive: true });
  const staging = archives.staging();
  let pack: IncomingPack | undefined;
  const discard = async () => {
    pack?.close();
    await staging.discard();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const { archives: total, bytes: all } = countArchives(manifest);
    report({ type: "importing", archives: total, bytes: all });
    const progress = createProgress(report, total);
    let [done, bytes, alreadyStored] = [0, 0, 0];
    await readFiles(container, head, async (file, body) => {
      signal?.throwIfAborted();
      if (!isArchive(file)) {
        const name = { [PACK]: "objects.pack", [PACK_INDEX]: "objects.idx" }[file.path]!;
        await pipeline(Readable.from(body), createWriteStream(join(directory, name)));
        return;
      }
      if (archives.size(file.sha256) === file.size) {
        alreadyStored++;
        for await (const _ of body);
      } else await staging.add(body, file.sha256);
      done++;
      bytes += file.size;
      progress({ done, failed: 0, bytes });
    });
    await createRepository(paths.index);
    pack = await openPack(registry, join(directory, "objects.pack"), manifest, signal);
    return { archives: staging, pack, alreadyStored, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

/**
 * @throws {Failure} "integrity" unless every ref leads to objects that are here or in the pack; "not-found" when
 *   they may be in a base that is not here, though a bundle of a higher number is: its registry was set back
 */
async function openPack(
  registry: Registry,
  path: string,
  manifest: Manifest,
  signal: AbortSignal | undefined,
): Promise<IncomingPack> {
  const { objects, paths } = registry;
  const { base, refs } = manifest;
  const wrong = (why: string, cause?: unknown) => {
    if (base === null) return damaged(why, cause);
    if (!isKnown(registry, base)) return lacksBase(base, cause);
    const isWhole = refs.every(({ old }) => old === null || objects.has(old));
    return isWhole ? damaged(why, cause) : lacksOfBase(base, cause);
  };
  let pack: IncomingPack;
  try {
    pack = await openIncomingPack(paths.index, path, objects, manifest.shallow, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw wrong(messageOf(error), error);
  }
  const moved = refs.flatMap(({ name, old, new: tip }): [string, string][] =>
    tip === null || (tip === old && objects.has(tip)) ? [] : [[name, tip]],
  );
  const problem = pack.check(new Map(moved));
  if (problem === undefined) return pack;
  pack.close();
  throw wrong(problem);
}
