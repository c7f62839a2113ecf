/**
 * Bytes that stood under the name of an archive and were others, for whoever wants to know what happened to
 * them. Nothing reads them again; `gc` removes them after a month.
 *
 *     data/quarantine/<sha256>.zip    what stood under that hash
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
    if (!/^[0-9a-f]{64}\.zip$/.test(name)) return [];
    const path = join(quarantine, name);
    // When it came here: a copy may keep the time of what it is of.
    const { size, ctimeMs } = statSync(path);
    return { path, size, isOld: now - ctimeMs > KEPT_MS };
  });
}
