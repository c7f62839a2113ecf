/** What everybody in a soak works on, and tells. */
import { join } from "node:path";
import type { SampleEntry } from "../tests/support/upstream/mod.ts";
import type { Ledger } from "./ledger.ts";
import type { TriedServer } from "./server.ts";
import type { ChangingUpstream } from "./upstream.ts";

export interface Trial {
  /** A temporary directory for all of it. */
  readonly root: string;
  /** The registry under trial, and one that takes in what it exports. */
  readonly dir: string;
  readonly replica: string;
  readonly upstream: ChangingUpstream;
  readonly server: TriedServer;
  /** May publish and yank anything. */
  readonly token: string;
  readonly ledger: Ledger;
  /** Versions that the registry is known to list. */
  listed: readonly SampleEntry[];
  readonly stopping: AbortSignal;
  /** Counts something that happened. */
  count(what: string): void;
  /** A path below `root` where nothing is. */
  fresh(name: string): string;
}

/** Gives paths below a directory that were not given before. */
export function freshPaths(root: string): (name: string) => string {
  let made = 0;
  return (name) => join(root, `${name}-${++made}`);
}

export const keyOf = ({ module, version }: { module: string; version: string }): string =>
  `${module}@${version}`;

/** The path of a version's archive, as `moon` asks for it. */
export const archivePath = ({ module, version }: { module: string; version: string }): string =>
  `/user/${encodeURIComponent(`${module}/${version}`)}.zip`;

export const sha256 = (bytes: Uint8Array): string => Bun.SHA256.hash(bytes, "hex");
