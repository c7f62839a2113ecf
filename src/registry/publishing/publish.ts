/**
 * Publishes a version into this registry. In this order, so that a crash leaves at worst bytes that
 * nothing names: archive, line on the branch of what was published, views.
 *
 * A version is there for ever and never changes: the same bytes again change nothing, others are
 * refused. Whatever a source offers under a name, nobody publishes under it here: the published
 * modules come first in the overlay, and would take the name from its owner.
 */
import { Failure } from "../../errors.ts";
import { readRef } from "../../git/mod.ts";
import { type IndexLine, openSnapshot, parseModuleFile } from "../../index/mod.ts";
import {
  failureOf,
  type KnownModules,
  LEAVE_OUT,
  type ModuleDirectory,
  openDirectory,
  type Problem,
  packModule,
  validateAgainst,
  validateContents,
  WHOLE,
  ZIP_LIMITS,
} from "../../packaging/mod.ts";
import { refuseShutOut } from "../lock.ts";
import { enabledSources, type Registry } from "../open.ts";
import { ALL_VIEW, PUBLISHED_ORIGIN } from "../paths.ts";
import { currentOwners } from "../views/offer.ts";
import { originTips, sourceTips } from "../views/origin-tips.ts";
import { REMOTE } from "../views/remote-origin.ts";
import { moving, PATIENCE_MS } from "../writing.ts";
import { type Candidate, type Claims, examine, type PublishedFile } from "./candidate.ts";
import { publicationLine } from "./publication-line.ts";
import { publishedLines, showPublished, writePublished } from "./published.ts";

export interface Publication {
  readonly module: string;
  readonly version: string;
  /** SHA-256 of the archive. */
  readonly checksum: string;
  /** Bytes of the archive. */
  readonly size: number;
  readonly outcome: "published" | "unchanged" | "checked";
  readonly files: readonly PublishedFile[];
  /** As it stands in the index, or would. */
  readonly line: string;
  readonly warnings: readonly Problem[];
}

export interface PublishOptions extends Claims {
  /** Check everything and change nothing. */
  readonly dryRun?: boolean;
}

/**
 * Builds a module's archive and publishes it.
 *
 * @throws {Failure} "invalid" with all problems; "exists" when the version is there with other bytes;
 *   "forbidden" when the name is another's
 */
export async function publishDirectory(
  registry: Registry,
  dir: string,
  options: PublishOptions = {},
): Promise<Publication> {
  const module = await openDirectory(dir);
  checkDirectory(module, knownModules(registry));
  return await publishArchive(registry, packModule(module), options);
}

/**
 * Everything that speaks against a directory.
 *
 * @param known leave it out where no index can be asked
 * @throws {Failure} "invalid" with all problems
 */
export function checkDirectory(module: ModuleDirectory, known?: KnownModules): void {
  const problems = [
    ...module.problems,
    ...validateContents(module).problems,
    ...(known ? validateAgainst(module.manifest, known) : []),
  ];
  if (problems.length > 0) throw failureOf(problems);
}

/**
 * Publishes an archive that anybody may have made.
 *
 * @throws {Failure} as `publishDirectory`; "too-large"
 */
export async function publishArchive(
  registry: Registry,
  body: AsyncIterable<Uint8Array>,
  options: PublishOptions = {},
): Promise<Publication> {
  refuseShutOut(registry.paths.root);
  const staged = await registry.archives.stage(atMost(body, ZIP_LIMITS.archive));
  try {
    const candidate = await examine(staged, options);
    const check = () => outcomeOf(registry, candidate);
    if (options.dryRun) {
      const { outcome, line } = check();
      return told(registry, candidate, outcome === "unchanged" ? outcome : "checked", line);
    }
    const place = async () => {
      const { outcome, line, lines } = check();
      // Also when it is there already: it may have been lost since, or a crash came before the views.
      if (!registry.archives.has(staged.sha256)) await staged.place();
      if (outcome === "published") {
        await writePublished(registry, candidate.module, [...lines, line], candidate.time);
      } else if (!isListed(registry, line)) await showPublished(registry);
      return told(registry, candidate, outcome, line);
    };
    return await moving(registry, "publish", place, PATIENCE_MS.publishing);
  } finally {
    await staged.discard();
  }
}

function knownModules(registry: Registry): KnownModules {
  const owners = currentOwners(registry);
  return {
    names: (mayOwn) => owners.keys(mayOwn),
    versions(module) {
      const blob = owners.get(module)?.blob;
      if (blob === undefined) return undefined;
      const { lines } = parseModuleFile(module, registry.objects.read(blob).data);
      return lines.map(({ entry }) => entry.version);
    },
  };
}

interface Outcome {
  readonly outcome: "published" | "unchanged";
  /** Of this version. */
  readonly line: IndexLine;
  /** Those that are there. */
  readonly lines: readonly IndexLine[];
}

/** @throws {Failure} "exists", "forbidden" or "invalid" when it must not be published */
function outcomeOf(registry: Registry, candidate: Candidate): Outcome {
  const { module, version, checksum, manifest, time } = candidate;
  const lines = publishedLines(registry, module);
  const there = lines.find(({ entry }) => entry.version === version);
  if (there) {
    if (there.entry.checksum !== checksum) throw taken(candidate, there.entry.checksum);
    return { outcome: "unchanged", line: there, lines };
  }
  if (lines.length === 0) refuseForeign(registry, module);
  const problems = validateAgainst(manifest, knownModules(registry));
  if (problems.length > 0) throw failureOf(problems);
  return { outcome: "published", line: publicationLine(manifest, checksum, time), lines };
}

function taken({ module, version, checksum }: Candidate, published: string): Failure {
  return new Failure(
    "exists",
    `${module}@${version} is published with other bytes: SHA-256 ${published}, not ${checksum}`,
    "a published version never changes; raise the version in the manifest",
    { details: { published, given: checksum } },
  );
}

/** @throws {Failure} "forbidden" when a source or the shared index offers the module, and it was never published here */
function refuseForeign(registry: Registry, module: string): void {
  const { objects } = registry;
  const owner = originTips(registry).find(
    ({ name, tip }) => name !== PUBLISHED_ORIGIN && openSnapshot(objects, tip).module(module),
  );
  if (!owner) return;
  const whose = owner.name === REMOTE ? "the shared index" : `source ${owner.name}`;
  throw new Failure(
    "forbidden",
    `${module} belongs to ${whose}: publishing it here would take its place`,
    "publish it under a name of your own, or disable that source",
    { details: { owner: owner.name } },
  );
}

function isListed({ objects, paths }: Registry, { entry, bytes }: IndexLine): boolean {
  const tip = readRef(paths.index, ALL_VIEW);
  if (tip === undefined) return false;
  const listed = openSnapshot(objects, tip).version(entry.module, entry.version);
  return listed?.bytes.equals(bytes) ?? false;
}

function told(
  registry: Registry,
  candidate: Candidate,
  outcome: Publication["outcome"],
  { bytes }: IndexLine,
): Publication {
  const { module, version, checksum, size, files } = candidate;
  const warnings = [...candidate.warnings, ...unseenSources(registry, module)];
  return { module, version, checksum, size, outcome, files, line: bytes.toString(), warnings };
}

/** Whose name it is cannot be known of a source that was never asked. */
function unseenSources(registry: Registry, module: string): Problem[] {
  const seen = new Set(sourceTips(registry).map(({ name }) => name));
  return enabledSources(registry)
    .filter(({ name }) => !seen.has(name))
    .map(({ name }) => ({
      file: WHOLE,
      message: `source ${name} was never fetched: whether it offers ${module} is not known`,
      fix: "run `moonbit-registry sync`, then `source list --conflicts`",
    }));
}

async function* atMost(body: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) {
      throw new Failure("too-large", `the archive is more than ${limit} bytes`, LEAVE_OUT);
    }
    yield chunk;
  }
}
