/** Commits fetched without their parents, one a line. Source: gitformat-shallow in gitrepository-layout(5). */
import { readIfThere, writeDurably } from "../files/mod.ts";
import type { Oid } from "./object.ts";
import { shallowPath } from "./paths.ts";

/** The commits where the history is cut; none when all of it is here. */
export function readShallow(gitdir: string): Set<Oid> {
  const text = readIfThere(shallowPath(gitdir)) ?? "";
  return new Set(text.split("\n").filter(Boolean));
}

/** One after the other: sources are fetched side by side, and none may write what it has read before another wrote. */
let turn: Promise<void> = Promise.resolve();

/** To be done before the commits are there: nobody is to look for their parents. */
export async function addShallow(gitdir: string, oids: readonly Oid[]): Promise<void> {
  const mine = turn.then(() => add(gitdir, oids));
  // Who failed does not keep the others from theirs.
  turn = mine.catch(() => undefined);
  await mine;
}

async function add(gitdir: string, oids: readonly Oid[]): Promise<void> {
  const before = readShallow(gitdir);
  const after = new Set([...before, ...oids]);
  if (after.size === before.size) return;
  await writeDurably(shallowPath(gitdir), [...after].map((oid) => `${oid}\n`).join(""));
}
