/** Commits that lie in packs, whether or not a ref leads to them: where a lost one may have stood. */
import { Failure } from "../../errors.ts";
import type { Commit, Oid } from "../../git/mod.ts";
import type { Registry } from "../open.ts";
import { unlessDamaged } from "../unless-damaged.ts";

/** Each once. What is damaged is left out. */
export function* packedCommits({
  objects,
}: Pick<Registry, "objects">): Generator<[oid: Oid, commit: Commit]> {
  for (const oid of new Set(objects.packed())) {
    const object = unlessDamaged(() => objects.read(oid));
    if (object instanceof Failure || object.type !== "commit") continue;
    yield [oid, objects.commit(oid)];
  }
}
