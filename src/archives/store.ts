/** The archive store in a directory. Opening it writes nothing, so that it may be read-only. */
import { statSync } from "node:fs";
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemCode } from "../errors.ts";
import { syncAll, syncNames } from "../files/mod.ts";
import type { ArchiveStore, Sha256 } from "./archive-store.ts";
import { openBatch } from "./batch.ts";
import { checkFile, loadFile, SMALL } from "./check.ts";
import { archivePath, hashOf, shardsPath } from "./path.ts";
import { place } from "./place.ts";
import { stage } from "./stage.ts";
import { openStaging } from "./staging.ts";

/** @param root such as `data/packages`; made by the first archive that is put there */
export function openArchiveStore(root: string): ArchiveStore {
  // No archive is empty: that is what a power cut leaves of one that the disk had not written yet.
  const size = (sha256: Sha256): number | undefined =>
    statSync(archivePath(root, sha256), { throwIfNoEntry: false })?.size || undefined;
  const has = (sha256: Sha256): boolean => size(sha256) !== undefined;
  return {
    has,
    size,
    stamp(sha256) {
      const stat = statSync(archivePath(root, sha256), { throwIfNoEntry: false });
      return stat && `${stat.mtimeMs} ${stat.ctimeMs} ${stat.size} ${stat.ino}`;
    },
    async put(body, expected, watch) {
      const staged = await stage(root, body, expected, watch);
      await place(root, [staged]);
      return { sha256: staged.sha256, size: staged.size };
    },
    async stage(body) {
      const { temporary, sha256, size } = await stage(root, body, undefined);
      return {
        sha256,
        size,
        body: Bun.file(temporary),
        place: () => place(root, [{ temporary, sha256, size }]),
        discard: () => rm(temporary, { force: true }),
      };
    },
    batch: () => openBatch(root),
    staging: () => openStaging(root),
    async get(sha256) {
      return has(sha256) ? Bun.file(archivePath(root, sha256)) : undefined;
    },
    load(sha256) {
      const length = size(sha256);
      if (length === undefined || length > SMALL) return undefined;
      return loadFile(archivePath(root, sha256), sha256);
    },
    async list() {
      const hashes = new Set<Sha256>();
      const root256 = shardsPath(root);
      for (const shard of await entries(root256)) {
        for (const file of await entries(join(root256, shard))) {
          const sha256 = hashOf(file);
          if (sha256?.startsWith(shard)) hashes.add(sha256);
        }
      }
      return hashes;
    },
    check: (sha256) => checkFile(archivePath(root, sha256), sha256),
    async strays() {
      const found: string[] = [];
      const root256 = shardsPath(root);
      for (const shard of await entries(root256)) {
        const files = await entries(join(root256, shard));
        if (!/^[0-9a-f]{2}$/.test(shard)) found.push(join(root256, shard));
        else {
          const strays = files.filter((file) => !hashOf(file)?.startsWith(shard));
          found.push(...strays.map((file) => join(root256, shard, file)));
        }
      }
      return found;
    },
    async copyTo(sha256, path) {
      await mkdir(dirname(path), { recursive: true });
      await copyFile(archivePath(root, sha256), path);
      await syncAll([path]);
      await syncNames([dirname(path)]);
    },
    async delete(sha256) {
      await rm(archivePath(root, sha256), { force: true });
    },
  };
}

async function entries(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}
