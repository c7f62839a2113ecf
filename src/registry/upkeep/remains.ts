/**
 * What is left of a branch that nobody else has and that cannot be put back: for who has to find a backup of it, or
 * to decide that what is left is enough.
 */
import { join } from "node:path";
import { readAudit } from "../../accounts/mod.ts";
import { type Oid, readRef } from "../../git/mod.ts";
import { openSnapshot } from "../../index/mod.ts";
import type { Registry } from "../open.ts";
import { KNITPKG, PUBLISHED } from "../paths.ts";
import { unlessDamaged } from "../unless-damaged.ts";
import { asidePacks } from "./quarantine.ts";
import { lostTips } from "./restore-own.ts";

/** What the log says of publications, by the command line and by a server. */
const DONE: ReadonlySet<string> = new Set(["done", "published"]);

/** More names than this say nothing to a reader. */
const MOST_NAMED = 20;

/** @param subject such a branch, or the note of where they stood */
export function remains(registry: Registry, subject: string): string[] {
  const { paths } = registry;
  const isNote = subject === paths.published;
  const refs = isNote ? [PUBLISHED, KNITPKG] : [subject];
  const said = refs.flatMap((ref) => remainsOf(registry, ref));
  const aside = asidePacks(paths);
  if (aside.length > 0) said.push(`put aside in ${paths.quarantine}: ${aside.join(", ")}`);
  if (isNote) {
    said.push(
      `restore the data directory from a backup; or put ${paths.published} away, and \`import --anyway\` a bundle that has what is missing, or give it up for good: \`verify --repair\` then goes on from what is left`,
    );
  }
  return said;
}

function remainsOf(registry: Registry, ref: string): string[] {
  const { index } = registry.paths;
  const found = lostTips(registry, ref);
  const times = found.map(({ tip, time }) => `${tip} of ${new Date(time * 1000).toISOString()}`);
  const [only] = found;
  if (only === undefined) {
    // There never was one.
    if (unlessDamaged(() => readRef(index, ref)) === undefined) return [];
    return [`no sound pack has a commit that names ${ref}`, ...lacking(registry, ref, undefined)];
  }
  if (found.length > 1) {
    const several = `the sound packs have several that ${ref} may have stood at: ${times.join(", ")}`;
    return [`${several}; the right one is to be written into ${join(index, ref)}`];
  }
  const newest = `the newest of ${ref} that the sound packs have is ${times}`;
  return [newest, ...lacking(registry, ref, only.tip)];
}

/** Versions that were published here, by the audit log, and are not there. */
function lacking({ paths, objects }: Registry, ref: string, tip: Oid | undefined): string[] {
  if (ref !== PUBLISHED) return [];
  const there = tip === undefined ? undefined : openSnapshot(objects, tip);
  const lost = new Set<string>();
  for (const { what, target, result } of readAudit(paths.audit)) {
    if (what !== "publish" || !DONE.has(result)) continue;
    const at = target.lastIndexOf("@");
    if (!there?.version(target.slice(0, at), target.slice(at + 1))) lost.add(target);
  }
  if (lost.size === 0) return [];
  const named = [...lost].slice(0, MOST_NAMED);
  const more = lost.size > named.length ? ` and ${lost.size - named.length} more` : "";
  return [`by the audit log it lacks ${named.join(", ")}${more}`];
}
