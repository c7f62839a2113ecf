/** Writes what a registry serves from its store, or what is new of it, to a bundle. */
import { existsSync, readFileSync, statSync } from "node:fs";
import {
  type BundleContent,
  bundleId,
  countArchives,
  isArchive,
  type OutgoingFile,
  PIPE,
  partsOf,
  readPrivateKey,
  signManifest,
  tarOf,
  writeDirectory,
  writeFiles,
  writePipe,
} from "../../bundles/mod.ts";
import { Failure, hasCode } from "../../errors.ts";
import { onDisk } from "../disk.ts";
import type { Report } from "../events.ts";
import type { Registry } from "../open.ts";
import { ownTips } from "../own-branches.ts";
import { createProgress } from "../progress.ts";
import { moving, PATIENCE_MS } from "../writing.ts";
import { contentOf } from "./content.ts";
import { findBundle, nextNumber, ownSeries, remember, takeNumber } from "./ledger.ts";

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

/**
 * @throws {Failure} "exists" when a file is there; "not-found" for an unknown base; "integrity" when what was
 *   published is missed, or an archive is
 */
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
  const { content, gitObjects, isRecorded } = await locked(registry, report, async (name) => {
    // A bundle without them would look whole, and be what somebody restores from.
    ownTips(registry);
    return await contentOf(registry, name, base);
  });
  const signed: BundleContent = {
    ...content,
    signature: key && signManifest(content.manifestBytes, key),
  };

  const { archives, bytes } = countArchives(content.manifest);
  report({ type: "exporting", archives, bytes });
  const progress = countFiles(archives, report, signal);
  let files: readonly string[] = [];
  let there = 0;
  const hint = "make room or mend the permissions; then run it again";
  await onDisk("the bundle cannot be written", hint, async () => {
    if (to === PIPE) await writePipe(tarOf(signed, progress), signal);
    else if (isDirectory) {
      there = await writeDirectory(to, signed, progress);
      files = [to];
    } else files = await writeFiles(to, tarOf(signed, progress), partBytes);
  });
  if (isRecorded) await record(registry, content.manifestBytes);

  const { number, removed } = content.manifest;
  return {
    id: bundleId(content.manifestBytes),
    number,
    base: base?.id ?? null,
    archives,
    removed: removed.length,
    bytes,
    gitObjects,
    files,
    there,
  };
}

function isExistingDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function requireFree(file: string, partBytes: number | undefined): void {
  if (existsSync(file)) {
    throw new Failure("exists", `there is a file ${file}`, "remove it, or choose another name");
  }
  const [part] = partBytes === undefined ? [] : partsOf(file);
  if (part === undefined) return;
  const hint =
    "it is part of a former bundle: remove it and those that follow, or choose another name";
  throw new Failure("exists", `there is a file ${part}`, hint);
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
  work: (name: { readonly series: string; readonly number: number }) => Promise<T>,
): Promise<T & { isRecorded: boolean }> {
  try {
    const made = async () => {
      const series = await ownSeries(registry);
      const number = nextNumber(registry, series);
      const done = await work({ series, number });
      await takeNumber(registry, number);
      return { ...done, isRecorded: true };
    };
    return await moving(registry, "export", made, PATIENCE_MS.putOff);
  } catch (error) {
    if (!hasCode(error, "io")) throw error;
    const message = `${error.message}; this bundle is not remembered: name its file for --since`;
    report({ type: "warning", message });
    // The same registry on the same medium has the same name, though nobody wrote it down.
    const series = Bun.SHA256.hash(registry.config.registry.name, "hex").slice(0, 32);
    const number = nextNumber(registry, series);
    return { ...(await work({ series, number })), isRecorded: false };
  }
}

/** Under the lock, or `gc` might take the draft for a leftover; but no long writer makes a finished export fail. */
async function record(registry: Registry, manifestBytes: Buffer): Promise<void> {
  const write = () => remember(registry, manifestBytes);
  try {
    await moving(registry, "export", write, PATIENCE_MS.putOff);
  } catch (error) {
    if (!hasCode(error, "busy")) throw error;
    await write();
  }
}

function countFiles(total: number, report: Report, signal: AbortSignal | undefined) {
  const progress = createProgress(report, total);
  let [done, bytes] = [0, 0];
  return (file: OutgoingFile) => {
    signal?.throwIfAborted();
    if (!isArchive(file)) return;
    done++;
    bytes += file.size;
    progress({ done, failed: 0, bytes });
  };
}
