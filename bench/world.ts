/**
 * What is measured on: the real index with generated archives, and an upstream that serves both.
 *
 *     ROOT/index.git            the upstream's index, one commit
 *     ROOT/archives/map.json    file by key, `{"owner/name/1.0.0": "ab12….zip"}`
 *     ROOT/archives/ab12….zip
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { git } from "../tests/support/git.ts";
import { realArchives } from "../tests/support/real-index.ts";
import { tempDirectory } from "../tests/support/temp.ts";
import type { GeneratedArchives, SampleEntry } from "../tests/support/upstream/mod.ts";
import { writeIndexRepository } from "../tests/support/upstream/mod.ts";
import { memoryDirectory } from "./memory.ts";
import { run, type Server, startPeer } from "./processes.ts";

export interface World {
  readonly upstream: Server;
  /** The same as `upstream`, from another server that waits before each answer. */
  slowUpstream(latencyMs: number): Promise<Server>;
  readonly entries: readonly SampleEntry[];
  /** A path where nothing is. Nothing is deleted before the end: to use again what was just deleted is slow. */
  fresh(name: string): string;
  /**
   * The same, in memory where the system has a place for that: for a client's files, when a server
   * is measured and writing them to a disk would take longer, and unevenly.
   */
  scratch(name: string): string;
  /** A registry whose source's index was fetched; made once, to be served only. */
  synced(): Promise<string>;
  /** A registry that has mirrored all of `upstream`; made once, and not to be changed. */
  mirrored(): Promise<string>;
}

export async function createWorld(): Promise<World> {
  const root = tempDirectory("bench");
  const memory = memoryDirectory();
  const archives = await realArchives();
  const upstream = await startUpstream(root, archives);
  let made = 0;
  const fresh = (name: string) => join(root, `${name}-${++made}`);
  let synced: Promise<string> | undefined;
  let mirrored: Promise<string> | undefined;
  const registryAfter = async (name: string, command: readonly string[]) => {
    const dir = fresh(name);
    await newRegistry(dir, upstream.url);
    await run(["-d", dir, ...command, "-q"]);
    return dir;
  };
  return {
    upstream,
    slowUpstream: (latencyMs) => serveUpstream(root, latencyMs),
    entries: archives.entries,
    fresh,
    scratch: (name) => join(memory ?? root, `${name}-${++made}`),
    synced() {
      synced ??= registryAfter("synced", ["sync"]);
      return synced;
    },
    mirrored() {
      mirrored ??= registryAfter("mirrored", ["mirror", "--full"]);
      return mirrored;
    },
  };
}

/** Writes an index and its archives below a directory, and serves them from another process. */
export async function startUpstream(
  root: string,
  { entries, archive }: GeneratedArchives,
): Promise<Server> {
  const archives = join(root, "archives");
  mkdirSync(archives, { recursive: true });
  for (const { module, version, checksum } of entries) {
    const bytes = archive(module, version);
    if (bytes) writeFileSync(join(archives, `${checksum}.zip`), bytes);
  }
  const map = Object.fromEntries(entries.map((entry) => [keyOf(entry), `${entry.checksum}.zip`]));
  writeFileSync(join(archives, "map.json"), JSON.stringify(map));
  await writeIndexRepository(join(root, "index.git"), entries);
  return await serveUpstream(root);
}

const serveUpstream = (root: string, latencyMs = 0): Promise<Server> =>
  startPeer("upstream.ts", join(root, "index.git"), join(root, "archives"), `${latencyMs}`);

/** What names an archive in a path, between `/user/` and `.zip`. */
export const keyOf = ({ module, version }: SampleEntry): string => `${module}/${version}`;

/** A new registry with an upstream as its only source. */
export async function newRegistry(dir: string, url: string): Promise<void> {
  await run(["init", dir]);
  await run(["-d", dir, "source", "add", "up", "--url", url]);
}

/** The branch that a registry serves, as a repository of its own for git's server to serve. */
export async function copyServedIndex(dir: string, to: string): Promise<void> {
  const index = join(dir, "data", "index");
  await git(["clone", "-q", "--bare", "--single-branch", "-b", "main", `file://${index}`, to]);
}
