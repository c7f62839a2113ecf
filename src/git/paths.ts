/**
 * A bare repository on disk, as far as this project reads and writes it. Source: gitrepository-layout(5).
 *
 *     HEAD  config  packed-refs  shallow
 *     refs/heads/main
 *     objects/pack/pack-<sha1>.{pack,idx}
 *     objects/pack/pack-<sha1>.closed       Git takes no notice of it: see closed-prefix.ts
 *     objects/ab/cdef…                      loose objects, as other tools write them
 */
import { join } from "node:path";
import type { Oid } from "./object.ts";

export const packDirectory = (gitdir: string): string => join(gitdir, "objects", "pack");

/** @example packPath("/r", "ab12…") → "/r/objects/pack/pack-ab12….pack" */
export const packPath = (gitdir: string, sha1: string, extension: "pack" | "idx"): string =>
  join(packDirectory(gitdir), `pack-${sha1}.${extension}`);

/** Lists commits whose parents were never fetched, one a line. */
export const shallowPath = (gitdir: string): string => join(gitdir, "shallow");

export const loosePath = (gitdir: string, oid: Oid): string =>
  join(gitdir, "objects", oid.slice(0, 2), oid.slice(2));
