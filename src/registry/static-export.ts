/**
 * What is stored here as files that any web server can serve, without this program.
 *
 *     user/moonbitlang/x/0.4.40.zip             archives, as servers look them up that decode paths
 *     user/moonbitlang%2Fx%2F0.4.40.zip         the same file for those that do not (a hard link, if
 *                                               the file system has them)
 *     user/moonbitlang/x.index                  the module's lines of the index
 *     api/v0/modules.json                       every module; statistics.json beside it
 *     api/v0/modules/moonbitlang/x.json         a module, as `/api/v0/modules/moonbitlang/x` answers
 *     api/v0/modules/moonbitlang/x@0.4.40.json  one version of it
 *     symbols.zip  README.txt
 *
 * It is no whole registry: clients clone the index by smart HTTP, which takes a program.
 */
import { link, mkdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Failure, systemCode } from "../errors.ts";
import { copyDurably, sha256Of, writeDurably } from "../files/mod.ts";
import { type Entry, followBranch, isModuleName } from "../index/mod.ts";
import { openSymbols } from "./assets/symbols.ts";
import { type Discovery, followDiscovery } from "./discovery/discover.ts";
import { archivePath, listedModule, moduleInfo } from "./discovery/module-info.ts";
import { onDisk } from "./disk.ts";
import type { Report } from "./events.ts";
import type { Registry } from "./open.ts";
import { STORED_VIEW } from "./paths.ts";
import { createNames } from "./static-names.ts";
import { STATIC_README } from "./static-readme.ts";

export interface StaticExportOptions {
  readonly dir: string;
  readonly signal?: AbortSignal;
}

export interface StaticExportSummary {
  readonly dir: string;
  readonly modules: number;
  readonly versions: number;
  /** Bytes of archives. */
  readonly bytes: number;
  /** What could not be written under its name; each was told of in a warning. */
  readonly skipped: number;
}

/**
 * Writes all that the stored view lists. Run again it brings the directory up to date; what is no
 * more listed stays, as it may still be asked for.
 *
 * @throws {Failure} "io" when the directory cannot be written, "integrity" when an archive is damaged
 */
export async function exportStatic(
  registry: Registry,
  { dir, signal }: StaticExportOptions,
  report: Report,
): Promise<StaticExportSummary> {
  const root = resolve(dir);
  const { objects, paths } = registry;
  // Of one moment, however long it takes: a sync meanwhile is for the next time.
  const snapshot = followBranch(paths.index, STORED_VIEW, objects)();
  const discovery = await followDiscovery(
    () => snapshot,
    (blob) => objects.read(blob).data,
  )();
  const files = createFiles(root, report);
  const modules = [...(snapshot?.modules() ?? [])].filter(([module]) => isModuleName(module));
  const linesOf = (module: string) => snapshot?.module(module)?.lines ?? [];
  const total = modules.reduce((sum, [module]) => sum + linesOf(module).length, 0);
  let versions = 0;
  let bytes = 0;
  const hint = "check its free space and permissions, and run it again: it goes on";
  await onDisk(`cannot write to ${root}`, hint, async () => {
    for (const [module, blob] of modules) {
      for (const { entry } of linesOf(module)) {
        signal?.throwIfAborted();
        bytes += await writeArchive(registry, files, entry);
        versions++;
        report({ type: "progress", done: versions, total, failed: files.skipped(), bytes });
      }
      await files.write(`user/${module}.index`, objects.read(blob).data);
      // One that was yanked whole is for those who pinned it, and not told of.
      if (discovery.module(module)) await writeModule(files, discovery, module);
    }
    await files.json("api/v0/modules", discovery.modules.map(listedModule));
    await files.json("api/v0/modules/statistics", {
      total_modules: discovery.statistics.modules,
      total_versions: discovery.statistics.versions,
      total_owners: discovery.statistics.owners,
    });
    const symbols = await openSymbols(registry);
    if (symbols) await files.write("symbols.zip", await symbols.body.bytes());
    await files.write("README.txt", STATIC_README);
  });
  return { dir: root, modules: modules.length, versions, bytes, skipped: files.skipped() };
}

async function writeModule(files: Files, discovery: Discovery, module: string): Promise<void> {
  const path = `api/v0/modules/${module}`;
  await files.json(path, moduleInfo(discovery, module));
  for (const { entry } of discovery.versions(module)) {
    const info = moduleInfo(discovery, module, entry.version);
    await files.json(`${path}@${entry.version}`, info);
  }
}

/** @returns its size; 0 when it could not have its name */
async function writeArchive(
  { archives }: Registry,
  files: Files,
  { module, version, checksum }: Entry,
): Promise<number> {
  const body = await archives.get(checksum);
  if (!body) {
    const hint = "run `moonbit-registry verify`, which says more and can repair it";
    throw new Failure("integrity", `the archive of ${module}@${version} is gone`, hint);
  }
  const plain = `user/${module}/${version}.zip`;
  if (!(await files.copy(body, plain, checksum))) return 0;
  await files.link(plain, archivePath(module, version).slice(1), checksum);
  return body.size;
}

interface Files {
  write(path: string, data: string | Uint8Array): Promise<void>;
  /** With the ending `.json`. */
  json(path: string, value: unknown): Promise<void>;
  /** False when something else has that name. */
  copy(from: Blob, path: string, sha256: string): Promise<boolean>;
  /** The same file under another name. */
  link(from: string, path: string, sha256: string): Promise<void>;
  skipped(): number;
}

function createFiles(root: string, report: Report): Files {
  const names = createNames();
  let skipped = 0;

  /** The path below the directory, when nothing else has it. */
  const claim = (path: string): string | undefined => {
    const problem = names.claim(path);
    if (problem === undefined) return join(root, path);
    skipped++;
    report({ type: "warning", message: `${path} is not written: ${problem}` });
    return undefined;
  };
  const write = async (path: string, data: string | Uint8Array): Promise<void> => {
    const target = claim(path);
    if (target !== undefined) await writeDurably(target, data);
  };
  const place = async (from: Blob, target: string, sha256: string): Promise<void> => {
    if ((await hashOf(target)) === sha256) return;
    await mkdir(dirname(target), { recursive: true });
    const accept = (actual: string) => {
      if (actual === sha256) return;
      const hint = "run `moonbit-registry verify`, which says more and can repair it";
      throw new Failure("integrity", `the archive ${sha256} is damaged`, hint);
    };
    await copyDurably(from, target, { mode: 0o644, accept });
  };

  return {
    write,
    json: (path, value) => write(`${path}.json`, `${JSON.stringify(value)}\n`),
    async copy(from, path, sha256) {
      const target = claim(path);
      if (target !== undefined) await place(from, target, sha256);
      return target !== undefined;
    },
    async link(from, path, sha256) {
      const target = claim(path);
      if (target === undefined || (await hashOf(target)) === sha256) return;
      await rm(target, { force: true });
      try {
        await link(join(root, from), target);
      } catch (error) {
        // File systems without hard links, such as FAT.
        if (systemCode(error) === undefined) throw error;
        await place(Bun.file(join(root, from)), target, sha256);
      }
    },
    skipped: () => skipped,
  };
}

/** Undefined when there is no such file. */
async function hashOf(path: string): Promise<string | undefined> {
  const file = Bun.file(path);
  return (await file.exists()) ? await sha256Of(file) : undefined;
}
