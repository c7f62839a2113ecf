/** Commits fetched without their parents, one a line. Source: gitformat-shallow in gitrepository-layout(5). */
import { readFileSync } from "node:fs";
import { systemCode } from "../errors.ts";
import { writeDurably } from "../files/mod.ts";
import type { Oid } from "./object.ts";
import { shallowPath } from "./paths.ts";

export function readShallow(gitdir: string): Set<Oid> {
  try {
    return new Set(readFileSync(shallowPath(gitdir), "utf8").split("\n").filter(Boolean));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return new Set();
    throw error;
  }
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
