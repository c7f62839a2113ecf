/** Archives that are to come into the store all together: they wait as temporary files. */
import { rm } from "node:fs/promises";
import type { ArchiveStaging } from "./archive-store.ts";
import { place } from "./place.ts";
import { type Staged, stage } from "./stage.ts";

export function openStaging(root: string): ArchiveStaging {
  let staged: Staged[] = [];
  return {
    async add(body, expected) {
      const archive = await stage(root, body, expected);
      staged.push(archive);
      return { sha256: archive.sha256, size: archive.size };
    },
    async commit() {
      const ready = staged;
      staged = [];
      await place(root, ready);
    },
    async discard() {
      const left = staged;
      staged = [];
      for (const { temporary } of left) await rm(temporary, { force: true });
    },
  };
}
