/**
 * Lays out a registry that is carried about: on a USB stick, a disc, in a directory that is copied.
 *
 *     registry.toml, data/                       the registry
 *     dist/moonbit-registry-linux-x64 …          the program for each machine, with SHA256SUMS
 *     serve.sh  serve.command  serve.bat         start it there
 *     README.txt
 */
import { existsSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CONFIG_NAME } from "../config/mod.ts";
import {
  EXECUTABLES,
  type Executable,
  LAUNCHERS,
  openExecutables,
  ownExecutable,
  readSums,
  SUMS,
} from "../distribution/mod.ts";
import { Failure } from "../errors.ts";
import { copyDurably, writeDurably } from "../files/mod.ts";
import { onDisk } from "./disk.ts";
import { initRegistry } from "./init.ts";

export interface PortableLayout {
  readonly dir: string;
  /** The `registry.toml`. */
  readonly file: string;
  /** Whether there was no registry before. */
  readonly isNew: boolean;
  /** The programs that are there now, by name. */
  readonly executables: readonly string[];
  /** Those that were not to be had. */
  readonly missing: readonly string[];
}

export interface PortableOptions {
  readonly name?: string;
  /** A directory with a release's executables; default: where the one that runs lies. */
  readonly dist?: string;
}

/**
 * A registry that is there stays as it is, and gets the programs and what starts them: also newer
 * ones than it had. Copies that are there and right are not made again.
 *
 * @throws {Failure} "not-found" when `dist` has nothing; "integrity" when an executable is not what
 *   its `SHA256SUMS` says; "io" when the medium is full or cannot be written
 */
export async function layOutPortable(
  dir: string,
  options: PortableOptions = {},
): Promise<PortableLayout> {
  const root = resolve(dir);
  const source = openExecutables([options.dist ?? dirname(process.execPath)], ownExecutable());
  const offered = source.list();
  if (options.dist !== undefined && !offered.some(({ path }) => dirname(path) === options.dist)) {
    const hint = "it is a release's files, or what `npm run build -- --all` makes";
    throw new Failure("not-found", `${options.dist} has no executable`, hint);
  }
  const hint = "check its free space and permissions, and run it again: it goes on";
  return await onDisk(`cannot write to ${root}`, hint, async () => {
    const file = join(root, CONFIG_NAME);
    const isNew = !existsSync(file);
    if (isNew) await initRegistry(root, options.name === undefined ? {} : { name: options.name });
    const executables = await copyExecutables(offered, join(root, "dist"));
    for (const [name, text] of Object.entries(LAUNCHERS)) {
      await writeDurably(join(root, name), text, /\.(?:sh|command)$/.test(name) ? 0o777 : 0o666);
    }
    const missing = EXECUTABLES.filter((name) => !executables.includes(name));
    return { dir: root, file, isNew, executables, missing };
  });
}

/** @returns the names of all that are there then */
async function copyExecutables(offered: readonly Executable[], dist: string): Promise<string[]> {
  await mkdir(dist, { recursive: true });
  const sums = readSums(dist);
  for (const each of offered) {
    const to = join(dist, each.name);
    const wanted = await each.sha256();
    if (each.path !== to && !(sums.get(each.name) === wanted && sizeOf(to) === each.size)) {
      await copyDurably(Bun.file(each.path), to, {
        mode: 0o755,
        accept: (actual) => {
          if (actual !== wanted) throw damaged(each, wanted, actual);
        },
      });
    }
    sums.set(each.name, wanted);
    // After each, so that a run that is cut short goes on where it was.
    await writeDurably(join(dist, SUMS), sumsText(sums));
  }
  return EXECUTABLES.filter((name) => sizeOf(join(dist, name)) !== undefined);
}

function sumsText(sums: ReadonlyMap<string, string>): string {
  return EXECUTABLES.flatMap((name) => {
    const hash = sums.get(name);
    return hash === undefined ? [] : [`${hash}  ${name}\n`];
  }).join("");
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

function damaged({ path }: Executable, wanted: string, actual: string): Failure {
  const message = `${path} has SHA-256 ${actual}, and ${SUMS} says ${wanted}`;
  return new Failure("integrity", message, "get it anew; nothing of it was copied");
}
