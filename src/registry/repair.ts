/**
 * Gets again what `verify` found wrong: from the source that owns it. Bad bytes are kept aside for
 * whoever wants to know what happened to them, and never served again.
 *
 *     data/quarantine/<sha256>.zip    what stood under that hash
 */
import { join } from "node:path";
import type { Sha256 } from "../archives/mod.ts";
import { openContainer, readFiles, readHead } from "../bundles/mod.ts";
import { DownloadError, forEachLimit } from "../download/mod.ts";
import type { Entry } from "../index/mod.ts";
import type { Report } from "./events.ts";
import { fetchArchive } from "./fetch.ts";
import { currentOffer } from "./offer.ts";
import type { Registry } from "./open.ts";
import { updateViews } from "./views.ts";

export interface Wrong {
  /** Here, with other bytes than their name says. */
  readonly bad: readonly Sha256[];
  /** Listed as stored, and not here. */
  readonly missing: readonly Sha256[];
  /** A bundle to look into before any source is asked. */
  readonly from?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Repaired {
  readonly archives: ReadonlySet<Sha256>;
}

/** The caller holds the lock. */
export async function repair(registry: Registry, wrong: Wrong, report: Report): Promise<Repaired> {
  const { archives, paths, config } = registry;
  for (const sha256 of wrong.bad) {
    await archives.copyTo(sha256, join(paths.quarantine, `${sha256}.zip`));
  }
  const offer = await currentOffer(registry);
  const { catalog } = offer;
  const all = [...wrong.bad, ...wrong.missing];
  const repaired = new Set(
    wrong.from === undefined ? [] : await fromBundle(registry, wrong.from, new Set(all)),
  );
  const wanted = new Set(all.filter((sha256) => !repaired.has(sha256)));
  const sources = new Map(config.sources.map((source) => [source.name, source]));
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
      const source = sources.get(origin);
      if (!source) {
        const message = `no source offers ${module}@${version}: it is from ${origin}; try --from BUNDLE`;
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
  await updateViews(registry, offer, report, { leaving: new Set(lost) });
  for (const sha256 of lost) await archives.delete(sha256);
  return { archives: repaired };
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
