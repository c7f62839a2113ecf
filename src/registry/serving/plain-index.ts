/** The served view as plain files, for those who take an index over plain HTTP (`sources/http.ts`). */
import type { ObjectReader, Oid } from "../../git/mod.ts";
import type { Snapshot } from "../../index/mod.ts";

export interface PlainFile {
  readonly etag: string;
  readonly body: Buffer;
}

export interface PlainIndex {
  /** Every module and its file's Git object id; undefined while there is no index. */
  listing(): PlainFile | undefined;
  /** A module's file; undefined when it is not listed. */
  file(module: string): PlainFile | undefined;
}

export function createPlainIndex(
  objects: ObjectReader,
  snapshot: () => Snapshot | undefined,
): PlainIndex {
  let made: { commit: Oid; file: PlainFile } | undefined;
  return {
    listing() {
      const now = snapshot();
      if (!now) return undefined;
      if (made?.commit !== now.commit) {
        const modules = Object.fromEntries(now.modules());
        const body = Buffer.from(`${JSON.stringify({ format: 1, modules })}\n`);
        made = { commit: now.commit, file: { etag: `"${now.commit}"`, body } };
      }
      return made.file;
    },
    file(module) {
      const blob = snapshot()?.modules().get(module);
      return blob === undefined ? undefined : { etag: `"${blob}"`, body: objects.read(blob).data };
    },
  };
}
