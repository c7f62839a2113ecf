/**
 * Refs: names for commits. Each is a file that is swapped whole, so a reader sees the old commit or
 * the new one. Source: gitrepository-layout(5), git-check-ref-format(1).
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Failure, hasCode, messageOf, systemCode } from "../errors.ts";
import { asDiskFailure, entriesOf, lookEvery, writeDurably } from "../files/mod.ts";
import type { Oid } from "./object.ts";
import { isOid } from "./protocol/ref.ts";

/**
 * What a ref names, or undefined when there is no such ref.
 *
 * @throws {Failure} "integrity" when its file is no ref, "io" when it cannot be read
 */
export function readRef(gitdir: string, name: string): Oid | undefined {
  const loose = readText(join(gitdir, name))?.trim();
  if (loose?.startsWith("ref: ")) return readRef(gitdir, loose.slice(5));
  if (loose !== undefined && isOid(loose)) return loose;
  if (loose !== undefined) throw damaged(join(gitdir, name), "it names no commit");
  return packedRefs(gitdir).get(name);
}

/** Not the same as a ref that is not there: what is served would look empty, and lose its history. */
function damaged(path: string, why: string, cause?: unknown): Failure {
  const hint = "`verify` tells what to do about it; nothing is to be deleted before that";
  return new Failure("integrity", `${path} is damaged: ${why}`, hint, { cause });
}

/** How long another process's change may go unseen, in milliseconds. */
const UNSEEN_MS = 10;

/** Counts this process's own changes, which are seen at once. */
let changes = 0;

/** Refs that are followed are looked up anew, as when the medium below them went away or came back. */
export function forgetRefs(): void {
  changes++;
}

/** What a ref names, for who asks all the time: saves reading a file for every request. */
export function followRef(gitdir: string, name: string): () => Oid | undefined {
  const look = () => lookEvery(UNSEEN_MS, () => readRef(gitdir, name));
  let current = look();
  let seen = changes;
  return () => {
    if (seen !== changes) current = look();
    seen = changes;
    return current();
  };
}

/** Points a ref at a commit. Durable when it returns: the objects must be so before. */
export async function writeRef(gitdir: string, name: string, oid: Oid): Promise<void> {
  await writeDurably(join(gitdir, name), `${oid}\n`);
  changes++;
}

/** Removes a ref; no ref of that name is no error. */
export async function deleteRef(gitdir: string, name: string): Promise<void> {
  // Where somebody ran git's own housekeeping it stands in a second place, which shows when the first is gone.
  const packed = readText(packedPath(gitdir));
  if (packed !== undefined && packedRefs(gitdir).has(name)) {
    await writeDurably(packedPath(gitdir), withoutRef(packed, name));
  }
  rmSync(join(gitdir, name), { force: true });
  changes++;
}

/** What a tag points at stands in the line after it. Source: git-pack-refs(1). */
function withoutRef(packed: string, name: string): string {
  const lines = packed.split("\n");
  const at = lines.findIndex((line) => line.endsWith(` ${name}`));
  lines.splice(at, lines[at + 1]?.startsWith("^") ? 2 : 1);
  return lines.join("\n");
}

const packedPath = (gitdir: string): string => join(gitdir, "packed-refs");

/**
 * Every ref below a prefix such as `refs/remotes/`, by name.
 *
 * @param onDamaged told of those that are no refs; without it that is thrown
 */
export function listRefs(
  gitdir: string,
  prefix: string,
  onDamaged?: (name: string, failure: Failure) => void,
): Map<string, Oid> {
  const refs = new Map<string, Oid>();
  for (const [name, oid] of packedRefs(gitdir)) if (name.startsWith(prefix)) refs.set(name, oid);
  for (const name of looseRefs(gitdir, prefix.replace(/\/$/, ""))) {
    try {
      const oid = readRef(gitdir, name);
      if (oid) refs.set(name, oid);
    } catch (error) {
      if (!onDamaged || !hasCode(error, "integrity")) throw error;
      onDamaged(name, error);
    }
  }
  return refs;
}

function looseRefs(gitdir: string, folder: string): string[] {
  return entriesOf(join(gitdir, folder)).flatMap((entry) => {
    // A leading dot is never a ref, but may be a temporary file of a killed writer.
    if (entry.name.startsWith(".")) return [];
    const name = `${folder}/${entry.name}`;
    return entry.isDirectory() ? looseRefs(gitdir, name) : [name];
  });
}

function packedRefs(gitdir: string): Map<string, Oid> {
  const refs = new Map<string, Oid>();
  for (const line of (readText(packedPath(gitdir)) ?? "").split("\n")) {
    const [oid, name] = line.split(" ");
    if (name && oid && isOid(oid)) refs.set(name, oid);
  }
  return refs;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "EISDIR" || code === "ENOTDIR") return undefined;
    // Whoever may not read it is not told that it is lost.
    const told = asDiskFailure(error, path);
    throw told instanceof Failure ? told : damaged(path, messageOf(error), error);
  }
}
