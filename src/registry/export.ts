/** Writes what a registry serves from its store, or what is new of it, to a bundle. */
import { existsSync, readFileSync, statSync } from "node:fs";
import {
  type BundleContent,
  bundleId,
  type OutgoingFile,
  PIPE,
  partName,
  readPrivateKey,
  signManifest,
  tarOf,
  writeDirectory,
  writeFiles,
  writePipe,
} from "../bundles/mod.ts";
import { Failure } from "../errors.ts";
import { contentOf } from "./bundle-content.ts";
import { onDisk } from "./disk.ts";
import type { Report } from "./events.ts";
import { findBundle, ownSeries, remember } from "./ledger.ts";
import type { Registry } from "./open.ts";
import { createProgress } from "./progress.ts";
import { alone } from "./writing.ts";

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
  const progress = countFiles(archives.length, report, signal);
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
    return await alone(registry, "export", async () => {
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

function countFiles(total: number, report: Report, signal: AbortSignal | undefined) {
  const progress = createProgress(report, total);
  let [done, bytes] = [0, 0];
  return ({ path, size }: OutgoingFile) => {
    signal?.throwIfAborted();
    if (!path.startsWith("packages/")) return;
    done++;
    bytes += size;
    progress({ done, failed: 0, bytes });
  };
}
