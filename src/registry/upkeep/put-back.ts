/** Puts back what it can of the index with nothing but what is here, before it is looked through. */
import { Failure, hasCode } from "../../errors.ts";
import { listRefs, mendPacks, type Oid } from "../../git/mod.ts";
import { pointedArchives } from "../assets/pointers.ts";
import type { ProblemKind } from "../events.ts";
import type { Registry } from "../open.ts";
import { PUBLISHED } from "../paths.ts";
import { unlessDamaged } from "../unless-damaged.ts";
import { referencedArchives } from "../views/references.ts";
import { asidePacks } from "./quarantine.ts";
import { restoreOwnTips } from "./restore-own.ts";

/** @param done told of each thing that was wrong, and is not any more */
export async function putBackIndex(
  registry: Registry,
  done: (kind: ProblemKind, subject: string, message: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { objects, paths } = registry;
  // Windows moves no file that is open.
  objects.close();
  for (const { file, message } of await mendPacks(paths.index, paths.quarantine, signal)) {
    done("git", file, message);
  }
  const isNothingLost = async (ref: string, tip: Oid) =>
    asidePacks(paths).length === 0 && (ref !== PUBLISHED || (await namesAll(registry, tip)));
  for (const { kind, subject, failure } of await restoreOwnTips(registry, isNothingLost)) {
    done(kind, subject, failure.message);
  }
}

/**
 * Whether every stored archive is named by something, were that what was published: an archive is there before its
 * version is, so one that nothing names may be of a version that was lost.
 */
async function namesAll(registry: Registry, published: Oid): Promise<boolean> {
  const refs = listRefs(registry.paths.index, "refs/", () => {});
  const pointed = unlessDamaged(() => pointedArchives(registry));
  if (pointed instanceof Failure) return false;
  const named = await referencedArchives(
    registry,
    new Map([...refs, [PUBLISHED, published]]),
  ).catch((error: unknown) => {
    if (hasCode(error, "integrity")) return undefined;
    throw error;
  });
  if (named === undefined) return false;
  const stored = await registry.archives.list();
  return [...stored].every((sha256) => named.has(sha256) || pointed.has(sha256));
}
