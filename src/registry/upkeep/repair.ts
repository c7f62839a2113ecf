/**
 * Gets again what `verify` found wrong: from the source that owns it, or out of a bundle. Bad bytes are
 * kept aside (see quarantine.ts), and never served again.
 */
import type { Sha256 } from "../../archives/mod.ts";
import { gently } from "../../breath.ts";
import { openContainer, readFiles, readHead } from "../../bundles/mod.ts";
import { DownloadError, forEachLimit } from "../../download/mod.ts";
import { Failure, hasCode } from "../../errors.ts";
import type { Entry } from "../../index/mod.ts";
import { pointedArchives } from "../assets/pointers.ts";
import type { Report } from "../events.ts";
import { fetchArchive } from "../mirroring/fetch.ts";
import type { Registry } from "../open.ts";
import { missedOwn, soundOwnTips } from "../own-branches.ts";
import { createProviders, type FindProvider } from "../provider.ts";
import { unlessDamaged } from "../unless-damaged.ts";
import { currentOffer, type Offer } from "../views/offer.ts";
import { originTips } from "../views/origin-tips.ts";
import { updateViews } from "../views/views.ts";
import { quarantinePath } from "./quarantine.ts";
import { repairSources, repairViews } from "./repair-index.ts";
import { repairPointers } from "./repair-pointers.ts";

export interface Wrong {
  /** Here, with other bytes than their name says. */
  readonly bad: readonly Sha256[];
  /** Named by something, and not here. */
  readonly missing: readonly Sha256[];
  /** A bundle to look into before any source is asked. */
  readonly from?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Repaired {
  /** Of those that were wrong. */
  readonly archives: ReadonlySet<Sha256>;
  /** How many others came out of the bundle: listed, and not here, and no source has them. */
  readonly restored: number;
}

/** The caller holds the lock. */
export async function repair(registry: Registry, wrong: Wrong, report: Report): Promise<Repaired> {
  const { archives, paths, config } = registry;
  for (const sha256 of wrong.bad) {
    await archives.copyTo(sha256, quarantinePath(paths, sha256));
  }
  const isMissed = missedOwn(registry).length > 0;
  await repairSources(registry, report, wrong.signal);
  if (!isMissed) await repairViews(registry, report);
  const offer = await readableOffer(registry, isMissed, report);
  if (offer === undefined) return { archives: new Set(), restored: 0 };
  const { catalog } = offer;
  const all = [...wrong.bad, ...wrong.missing];
  const provider = createProviders(registry);
  const repaired = new Set<Sha256>();
  let restored = 0;
  if (wrong.from !== undefined) {
    const isWrong = new Set(all);
    const brought = await broughtByBundles(registry, offer, provider);
    for (const sha256 of await fromBundle(registry, wrong.from, new Set([...all, ...brought]))) {
      if (isWrong.has(sha256)) repaired.add(sha256);
      else restored++;
    }
  }
  const wanted = new Set(all.filter((sha256) => !repaired.has(sha256)));
  const entries: Entry[] = [];
  for (const module of wanted.size > 0 ? catalog.keys() : []) {
    for (const { entry } of catalog.get(module)?.lines ?? [])
      if (wanted.delete(entry.checksum)) entries.push(entry);
  }
  await forEachLimit(
    entries,
    config.mirror.concurrency,
    async (entry) => {
      const { module, version } = entry;
      const { origin } = catalog.get(module)!;
      const source = provider(origin, entry);
      if (!source) {
        const message = `no source has ${module}@${version}, which is from ${origin}; \`verify --repair --from BUNDLE\` takes it out of a bundle, also later`;
        report({ type: "warning", message });
        return;
      }
      const { signal } = wrong;
      try {
        await fetchArchive(archives.put, source, entry, { signal });
        repaired.add(entry.checksum);
      } catch (error) {
        // A full disk says nothing about the archive, which would be given up for lost below.
        if (!(error instanceof DownloadError) || error.kind === "disk") throw error;
        const { kind, message } = error;
        report({ type: "failed", module, version, reason: kind, message });
      }
    },
    wrong.signal,
  );
  // What could not be had again must not be served as it is; the view first, then the bytes.
  const lost = wrong.bad.filter((sha256) => !repaired.has(sha256));
  // While what was published is missed no view is made, and what stands beside the index waits for it too.
  if (!isMissed) await updateViews(registry, offer, report, { leaving: new Set(lost) });
  for (const sha256 of lost) await archives.delete(sha256);
  if (isMissed) return { archives: repaired, restored };
  const pointed = unlessDamaged(() => pointedArchives(registry));
  if (pointed instanceof Failure) return { archives: repaired, restored };
  for (const sha256 of await repairPointers(registry, catalog, report, wrong.signal)) {
    repaired.add(sha256);
  }
  return { archives: repaired, restored };
}

/** What is offered, as far as the index can be read; of the registry's own branches those that are not missed. */
async function readableOffer(
  registry: Registry,
  isMissed: boolean,
  report: Report,
): Promise<Offer | undefined> {
  try {
    const own = isMissed ? soundOwnTips(registry) : undefined;
    return await currentOffer(registry, Date.now(), originTips(registry, own));
  } catch (error) {
    if (!hasCode(error, "integrity")) throw error;
    const message = `${error.message}; no archive can be had again before that is mended`;
    report({ type: "warning", message });
    return undefined;
  }
}

/**
 * Archives that are listed and not here, and that no source has. One that was given up before is among them,
 * though the view of what is stored does not speak of it any more.
 */
async function broughtByBundles(
  { archives }: Registry,
  { catalog }: Offer,
  provider: FindProvider,
): Promise<Sha256[]> {
  const stored = await archives.list();
  const found: Sha256[] = [];
  for await (const name of gently(catalog.keys())) {
    const module = catalog.get(name);
    for (const { entry } of module?.lines ?? []) {
      const isLacking = !stored.has(entry.checksum) && !provider(module!.origin, entry);
      if (isLacking) found.push(entry.checksum);
    }
  }
  return found;
}

/** Takes what is wanted out of a bundle. @returns what was there */
async function fromBundle(
  { archives }: Registry,
  place: string,
  wanted: ReadonlySet<Sha256>,
): Promise<Sha256[]> {
  const container = openContainer(place);
  const found: Sha256[] = [];
  try {
    await readFiles(container, await readHead(container), async ({ sha256 }, body) => {
      if (wanted.has(sha256)) {
        await archives.put(body, sha256);
        found.push(sha256);
      } else for await (const _ of body);
    });
  } finally {
    await container.close();
  }
  return found;
}
