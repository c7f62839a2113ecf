/**
 * Brings a module and what it needs into a directory:
 *
 *     DIR/
 *       moonbit-registry.lock     what was chosen
 *       demo/app@1.2.0/           its archive's files
 *       moonbitlang/x@0.4.38/
 *
 * The version is part of the folder's name, so that two versions stand beside each other, and
 * `moonbitlang/lex/runtime@0.1.0` is not within `moonbitlang/lex@0.1.0`.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Failure, systemCode } from "../../errors.ts";
import { replace, sha256Of, writeDurably } from "../../files/mod.ts";
import { isModuleName } from "../../index/mod.ts";
import {
  encodeLockfile,
  LOCK_NAME,
  type LockedModule,
  type Lockfile,
  parseLockfile,
} from "../../resolve/mod.ts";
import { onDisk } from "../disk.ts";
import { requireComplete } from "./module-tree.ts";
import type { Shelf } from "./shelf.ts";

export interface GetOptions {
  readonly dir: string;
  /** Undefined only with `locked`: then the lock says it. */
  readonly module: string | undefined;
  /** Undefined: the latest version. */
  readonly range: string | undefined;
  /** Take what the lock says, and nothing else. */
  readonly locked: boolean;
  readonly signal?: AbortSignal;
  /** Told of each module that is in its place. */
  readonly report: (module: GotModule) => void;
}

export interface GotModule extends LockedModule {
  readonly path: string;
  /** Whether it was there before, just so. */
  readonly existed: boolean;
}

export interface GetSummary {
  readonly dir: string;
  readonly lock: string;
  /** The module that was asked for comes first. */
  readonly modules: readonly GotModule[];
}

const HINT = "make room or mend the permissions, then run the same again";

/**
 * The lock is written last: what it names is there.
 *
 * @throws {Failure} "not-found" for what nobody has, "integrity" for bytes that are not what the index
 *   says, "invalid" for a hostile archive or a bad lock, "exists" for a folder that was changed
 */
export async function getModules(shelf: Shelf, options: GetOptions): Promise<GetSummary> {
  const dir = resolve(options.dir);
  const file = join(dir, LOCK_NAME);
  const before = await readLock(file);
  const lock = options.locked
    ? lockToKeep(before, file, options)
    : await choose(shelf, before, file, options);
  const modules: GotModule[] = [];
  await onDisk(`cannot write to ${dir}`, HINT, async () => {
    for (const wanted of lock.modules) {
      options.signal?.throwIfAborted();
      const got = await place(shelf, wanted, dir);
      modules.push(got);
      options.report(got);
    }
    if (!options.locked) await writeDurably(file, encodeLockfile(lock));
  });
  return { dir, lock: file, modules };
}

async function readLock(file: string): Promise<string | undefined> {
  return await onDisk(`cannot read ${file}`, HINT, async () => {
    return await readFile(file, "utf8").catch((error: unknown) => {
      if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return undefined;
      throw error;
    });
  });
}

function lockToKeep(text: string | undefined, file: string, options: GetOptions): Lockfile {
  if (text === undefined) {
    const hint = "run `get` without --locked first: it writes one";
    throw new Failure("not-found", `there is no ${file}`, hint);
  }
  const lock = parseLockfile(text, isModuleName);
  const { module, range } = lock.request;
  const isOther =
    options.module !== undefined &&
    (options.module !== module || (options.range ?? null) !== range);
  if (!isOther) return lock;
  throw new Failure(
    "invalid",
    `the lock is for ${requestText(lock.request)}, not for ${requestText(options)}`,
    "leave --locked out to choose anew",
  );
}

function requestText({
  module,
  range,
}: {
  module?: string | undefined;
  range?: string | null | undefined;
}) {
  return `${module}${range == null ? "" : `@${range}`}`;
}

async function choose(
  shelf: Shelf,
  before: string | undefined,
  file: string,
  { module, range }: GetOptions,
): Promise<Lockfile> {
  if (module === undefined) throw new Failure("usage", "no module was named");
  if (before !== undefined) {
    const { request } = parseLockfile(before, isModuleName);
    if (request.module !== module) {
      const hint = "name another directory, or remove the lock";
      throw new Failure("exists", `${file} is for ${request.module}`, hint);
    }
  }
  const tree = await shelf.tree(module, range);
  requireComplete(tree);
  const [first, ...others] = tree.modules;
  if (first?.module !== module) {
    throw new Failure("upstream", `${shelf.where} answers for ${first?.module}, not ${module}`);
  }
  return { request: { module, range: range ?? null }, modules: [first, ...others] };
}

async function place(shelf: Shelf, wanted: LockedModule, dir: string): Promise<GotModule> {
  const { module, version, checksum } = wanted;
  const archive = await shelf.archive(wanted);
  const actual = await sha256Of(archive);
  if (actual !== checksum) {
    throw new Failure(
      "integrity",
      `${module}@${version} from ${shelf.where} has SHA-256 ${actual}, not ${checksum}`,
      "nothing of it was unpacked; `verify` tells more of a registry's own archives",
    );
  }
  // Loaded when something is unpacked: a server never does.
  const { holdsExactly, impossibleHere, openZip, unpack } = await import("../../packaging/mod.ts");
  const zip = await openZip(archive);
  const folder = `${module}@${version}`;
  const problem = impossibleHere(folder);
  if (problem !== undefined) {
    throw new Failure("invalid", `${folder} cannot be a folder: ${problem}`);
  }
  const path = join(dir, ...folder.split("/"));
  const got = { module, version, checksum, path };
  if (existsSync(path)) {
    if (await holdsExactly(zip, path)) return { ...got, existed: true };
    const hint = "remove it, and run the same again";
    throw new Failure("exists", `${path} differs from what was published`, hint);
  }
  const temporary = join(dir, `.moonbit-registry-${process.pid}-${crypto.randomUUID()}`);
  try {
    await unpack(zip, temporary);
    await mkdir(dirname(path), { recursive: true });
    await replace(temporary, path);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return { ...got, existed: false };
}
