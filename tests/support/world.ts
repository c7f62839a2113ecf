/** An upstream and a registry that has it as its source: what most end-to-end tests begin with. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { succeed } from "./executable.ts";
import { repositoryHandler } from "./git-server.ts";
import { tempDirectory } from "./temp.ts";
import {
  type FaultOptions,
  generateArchives,
  type SampleEntry,
  sampleIndex,
  startUpstream,
  type Upstream,
  writeIndexRepository,
} from "./upstream/mod.ts";

export interface World extends AsyncDisposable {
  readonly upstream: Upstream;
  /** With the generated archives' checksums. */
  readonly entries: readonly SampleEntry[];
  archive(module: string, version: string): Uint8Array | undefined;
  /** Makes these the upstream's entries: one more commit. */
  publish(entries: readonly SampleEntry[]): Promise<void>;
  /** The registry's directory. */
  readonly dir: string;
}

export interface WorldOptions {
  readonly entries?: readonly SampleEntry[];
  readonly faults?: FaultOptions;
  readonly sizeOf?: (entry: SampleEntry, at: number) => number;
  /** Files of a module's archive beside those that every module has. */
  readonly filesOf?: (entry: SampleEntry) => Readonly<Record<string, string>> | undefined;
  readonly symbols?: Uint8Array;
}

/** The sample index on an upstream, and an empty registry with the source `up`, its default. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const { entries, archive } = generateArchives(
    options.entries ?? sampleIndex(),
    options.sizeOf,
    options.filesOf,
  );
  const root = tempDirectory("world");
  const gitdir = join(root, "upstream.git");
  await writeIndexRepository(gitdir, entries);
  const upstream = startUpstream({
    archive,
    git: repositoryHandler(gitdir),
    ...(options.faults && { faults: options.faults }),
    ...(options.symbols && { symbols: options.symbols }),
  });
  const dir = join(root, "registry");
  mkdirSync(dir);
  await initWithSource(dir, upstream.url);
  return {
    upstream,
    entries,
    archive,
    dir,
    publish: (next) => writeIndexRepository(gitdir, next),
    [Symbol.asyncDispose]: () => upstream.stop(),
  };
}

/** Just an upstream of the sample index, for tests that make their registry themselves. */
export async function createSource(): Promise<{ url: string } & AsyncDisposable> {
  const { entries, archive } = generateArchives(sampleIndex());
  const gitdir = join(tempDirectory("source"), "upstream.git");
  await writeIndexRepository(gitdir, entries);
  const upstream = startUpstream({ archive, git: repositoryHandler(gitdir) });
  return { url: upstream.url, [Symbol.asyncDispose]: () => upstream.stop() };
}

/** Makes a registry in an empty directory, with the source `up` as its default. */
export async function initWithSource(dir: string, url: string): Promise<void> {
  await succeed(["init", "."], { cwd: dir });
  await succeed(["source", "add", "up", "--url", url], { cwd: dir });
  await succeed(["source", "default", "up"], { cwd: dir });
}

/** The entries of some modules. */
export const ofModules = (entries: readonly SampleEntry[], ...modules: string[]): SampleEntry[] =>
  entries.filter((entry) => modules.includes(entry.module));
