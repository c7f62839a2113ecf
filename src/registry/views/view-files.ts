/**
 * The files of the served views: of what was shown before only those that may be otherwise now, as
 * far as that is known, and else all of them.
 */

import { gently } from "../../breath.ts";
import type { ObjectBatch, Oid } from "../../git/mod.ts";
import { writeModule } from "../../index/mod.ts";
import { pointedArchives } from "../assets/pointers.ts";
import type { Registry } from "../open.ts";
import type { Offer } from "./offer.ts";
import { digitsOf, storeChange } from "./store-change.ts";
import type { BadIndexLine } from "./view-record.ts";

/** Files of a view; undefined for a module that is not to be in it. */
export interface ViewFiles {
  readonly files: ReadonlyMap<string, Oid | undefined>;
  /** There is nothing else in it; otherwise all else stays as it is. */
  readonly isWhole: boolean;
}

export interface MadeFiles {
  readonly all: ViewFiles;
  readonly stored: ViewFiles;
  readonly bad: readonly BadIndexLine[];
}

/**
 * @param here what is stored
 * @param arrived modules of which archives may have come
 * @param batch gets the files that are new
 */
export async function makeFiles(
  registry: Registry,
  { catalog, former }: Offer,
  here: ReadonlySet<string>,
  arrived: Iterable<string>,
  batch: ObjectBatch,
): Promise<MadeFiles> {
  const all = new Map<string, Oid | undefined>();
  let stored = new Map<string, Oid | undefined>();
  const isHere = ({ checksum }: { checksum: string }) => here.has(checksum);
  const names = former ? new Set([...former.stale, ...arrived]) : catalog.keys();
  const bad = former ? former.record.bad.filter(({ module }) => !former.stale.has(module)) : [];
  const change = former && (await storeChange(former.record.stored, here));
  for await (const name of gently(names)) {
    const module = catalog.get(name);
    all.set(name, module && writeModule(batch, module, () => true));
    stored.set(name, module && writeModule(batch, module, isHere));
    for (const { entry } of module?.lines ?? []) change?.added.delete(digitsOf(entry.checksum));
    if (!module || (former && !former.stale.has(name))) continue;
    const { origin } = module;
    bad.push(...module.bad.map((each) => ({ module: name, origin, ...each })));
  }
  // Archives that nobody spoke of, or that are gone: whose they are, only all modules together tell.
  for (const sha256 of change && change.added.size > 0 ? pointedArchives(registry).keys() : []) {
    change?.added.delete(digitsOf(sha256));
  }
  const isUnknown = change !== undefined && (change.added.size > 0 || change.removed > 0);
  if (isUnknown) {
    stored = new Map();
    for await (const name of gently(here.size > 0 ? catalog.keys() : [])) {
      const module = catalog.get(name);
      if (module) stored.set(name, writeModule(batch, module, isHere));
    }
  }
  const isWhole = former === undefined;
  return {
    all: { files: all, isWhole },
    stored: { files: stored, isWhole: isWhole || isUnknown },
    bad,
  };
}
