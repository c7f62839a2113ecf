/**
 * Bytes that stood under the name of an archive or of a pack and were others, for whoever wants to know what
 * happened to them. Nothing reads them again; `gc` removes them after a month.
 *
 *     data/quarantine/<sha256>.zip              what stood under that hash
 *     data/quarantine/pack-<sha1>.{pack,idx}    a pack of the index, and its own
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Sha256 } from "../../archives/mod.ts";
import { entriesOf } from "../../files/mod.ts";
import type { DataPaths } from "../paths.ts";

const KEPT_MS = 30 * 86_400_000;

export interface Quarantined {
  readonly path: string;
  readonly size: number;
  /** Kept long enough. */
  readonly isOld: boolean;
}

export const quarantinePath = ({ quarantine }: DataPaths, sha256: Sha256): string =>
  join(quarantine, `${sha256}.zip`);

/** @param now milliseconds since the epoch */
export function quarantined({ quarantine }: DataPaths, now: number): Quarantined[] {
  return entriesOf(quarantine).flatMap(({ name }) => {
    if (!/^[0-9a-f]{64}\.zip$/.test(name) && !PACK.test(name)) return [];
    const path = join(quarantine, name);
    // When it came here: a copy may keep the one time of what it is of, and a file that was moved the other.
    const { size, ctimeMs, mtimeMs } = statSync(path);
    return { path, size, isOld: now - Math.max(ctimeMs, mtimeMs) > KEPT_MS };
  });
}

const PACK = /^pack-[0-9a-f]+\.(?:pack|idx|closed)(?:\.\d+)?$/;

/** Names of damaged packs that were put aside: what they held may be lost. */
export function asidePacks({ quarantine }: DataPaths): string[] {
  return entriesOf(quarantine)
    .map(({ name }) => name)
    .filter((name) => PACK.test(name) && name.includes(".pack"));
}
