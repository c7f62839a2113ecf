/** What the origins offer here, and what of it the policy lets through. */

import { isDeepStrictEqual } from "node:util";
import { gently } from "../../breath.ts";
import { type Oid, readRef } from "../../git/mod.ts";
import {
  type Catalog,
  type Modules,
  type Origin,
  type Owned,
  openModules,
  openSnapshot,
  overlay,
  readModule,
} from "../../index/mod.ts";
import type { Registry } from "../open.ts";
import { ALL_VIEW, STORED_VIEW } from "../paths.ts";
import { type OriginTip, originTips } from "./origin-tips.ts";
import { applyPolicy, createPolicy, type HeldVersion, type Judged } from "./policy.ts";
import { leaveToSources } from "./remote-origin.ts";
import { pinsRef } from "./rewrites.ts";
import {
  type OriginState,
  readViewRecord,
  staleModules,
  type ViewInputs,
  type ViewRecord,
  type ViewTrees,
} from "./view-record.ts";

export interface Offer {
  /** What is passed on; names may be among its keys of which nothing is. */
  readonly catalog: Catalog;
  /** What is not. */
  readonly held: readonly HeldVersion[];
  /** What all this is made of. */
  readonly inputs: ViewInputs;
  /** What was made of it last, and the modules that may come out otherwise now. */
  readonly former: { readonly record: ViewRecord; readonly stale: ReadonlySet<string> } | undefined;
  /** What clients were shown when it was made. */
  readonly views: ViewTrees;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Every origin's modules, the most trusted first. */
export function openOrigins(
  registry: Registry,
  tips: readonly OriginTip[] = originTips(registry),
): readonly Origin<Oid>[] {
  const { objects } = registry;
  const origins = tips.map(({ name, tip }) => ({
    name,
    modules: openModules(objects, objects.commit(tip).tree),
  }));
  return leaveToSources(objects, origins);
}

/** Who owns which module now. */
export function currentOwners(
  registry: Registry,
  tips?: readonly OriginTip[],
): Modules<Owned<Oid>> {
  return overlay(openOrigins(registry, tips));
}

/**
 * What is offered now. Reads little when the views are as they were made last, and everything when a
 * policy has to be applied anew.
 *
 * @param at milliseconds since the epoch
 * @param tips who offers what
 */
export async function currentOffer(
  registry: Registry,
  at: number = Date.now(),
  tips: readonly OriginTip[] = originTips(registry),
): Promise<Offer> {
  const { objects, paths, config } = registry;
  const inputs: ViewInputs = { origins: originStates(registry, tips), policy: config.policy };
  const views = viewTrees(registry);
  const record = readViewRecord(paths);
  const stale = record && staleModules(objects, record, inputs, views, at);
  const former = record && stale && { record, stale };
  const owners = currentOwners(registry, tips);
  const judge = createJudge(registry, owners, inputs, at);
  const catalog: Catalog = {
    get: (module) => judge(module)?.kept,
    keys: (mayOwn) => owners.keys(mayOwn),
  };
  const isOpen = createPolicy(config.policy).isOpen;
  const held = former ? former.record.held.filter(({ module }) => !former.stale.has(module)) : [];
  if (!isOpen) {
    for await (const module of gently(former ? former.stale : owners.keys())) {
      held.push(...(judge(module)?.held ?? []));
    }
  }
  return { catalog, held, inputs, former, views, at };
}

/** The same, unless something was published or shown since it was made: what it has read would be read again. */
export async function offerOfNow(registry: Registry, offer: Offer): Promise<Offer> {
  const { inputs, views } = offer;
  const isSame =
    isDeepStrictEqual(inputs.origins, originStates(registry, originTips(registry))) &&
    isDeepStrictEqual(views, viewTrees(registry));
  return isSame ? offer : await currentOffer(registry);
}

/** The trees that clients are shown. */
export function viewTrees({ objects, paths }: Registry): ViewTrees {
  const tree = (ref: string) => {
    const tip = readRef(paths.index, ref);
    return tip === undefined ? null : objects.commit(tip).tree;
  };
  return { all: tree(ALL_VIEW), stored: tree(STORED_VIEW) };
}

function originStates({ objects, paths }: Registry, tips: readonly OriginTip[]): OriginState[] {
  return tips.map(({ name, tip }) => {
    const pins = readRef(paths.index, pinsRef(name));
    return {
      name,
      tree: objects.commit(tip).tree,
      pins: pins === undefined ? null : objects.commit(pins).tree,
    };
  });
}

/** Modules that are kept when they were read: planning and showing ask for the same ones. */
const MOST_KEPT = 2_000;

/** Reads a module as its owner offers it, and applies the policy. */
function createJudge(
  { objects, paths }: Registry,
  owners: Modules<Owned<Oid>>,
  { origins, policy: settings }: ViewInputs,
  at: number,
): (module: string) => Judged | undefined {
  const pins = new Map(
    origins.flatMap(({ name, pins }) =>
      pins === null ? [] : [[name, openModules(objects, pins)]],
    ),
  );
  const policy = createPolicy(settings);
  const tip = readRef(paths.index, ALL_VIEW);
  const listed = tip === undefined ? undefined : openSnapshot(objects, tip);
  const kept = new Map<string, Judged>();
  return (module) => {
    const known = kept.get(module);
    if (known) return known;
    const owned = owners.get(module);
    if (!owned) return undefined;
    const read = readModule(objects, module, owned, pins.get(owned.origin)?.get(module));
    const judged = applyPolicy(read, policy, at, (entry) => {
      const before = listed?.version(module, entry.version);
      return before?.entry.checksum === entry.checksum;
    });
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(module, judged);
    return judged;
  };
}
