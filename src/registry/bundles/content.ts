/** What a bundle of a registry holds: refs, the objects they lead to, origins, and which archives. */
import {
  type BundleContent,
  type BundleFile,
  type BundleOrigin,
  type BundleRef,
  encodeManifest,
  type Manifest,
  PACK,
  PACK_INDEX,
  README,
  readmeText,
} from "../../bundles/mod.ts";
import { Failure } from "../../errors.ts";
import { buildPack, listRefs, type Oid, readShallow } from "../../git/mod.ts";
import { readPointers } from "../assets/pointers.ts";
import { enabledSources, type Registry } from "../open.ts";
import { ALL_VIEW, STORED_VIEW } from "../paths.ts";
import { archiveFiles, openArchive } from "./archives.ts";
import type { KnownBundle } from "./ledger.ts";
import { importedOrigins } from "./origins.ts";

/**
 * What is new since a bundle, or everything.
 *
 * @throws {Failure} "not-found" when nothing is here, or not what that bundle had; "integrity" when an
 *   archive is not here
 */
export async function contentOf(
  registry: Registry,
  { series, number }: Pick<Manifest, "series" | "number">,
  base: KnownBundle | undefined,
): Promise<{ content: BundleContent; gitObjects: number }> {
  const { objects, paths, archives } = registry;
  const tips = exportedRefs(registry);
  const before = knownTips(registry, base);
  const refs = refsSince(tips, base);
  const fallback = before.get(ALL_VIEW);
  const branches = [...tips]
    .filter(([name, tip]) => before.get(name) !== tip)
    .map(([name, tip]) => ({ tip, old: before.get(name) ?? fallback }));
  const built = buildPack(objects, branches, before.values());
  const shallow = readShallow(paths.index);
  const listing = await archiveFiles(registry, tips, base, before);

  const whole = (path: string, data: Uint8Array): BundleFile => ({
    path,
    size: data.length,
    sha256: Bun.SHA256.hash(data, "hex"),
  });
  const bytes = listing.files.reduce((sum, { size }) => sum + size, 0);
  const head: Omit<Manifest, "files"> = {
    registry: registry.config.registry.name,
    series,
    number,
    base: base?.id ?? null,
    baseNumber: base?.manifest.series === series ? base.manifest.number : null,
    refs,
    shallow: built.commits.filter((oid) => shallow.has(oid)),
    origins: originsOf(registry, tips),
    pointers: readPointers(registry),
    removed: listing.removed,
  };
  const readme = Buffer.from(readmeText(head, listing.files.length, bytes));
  const manifest: Manifest = {
    ...head,
    files: [
      whole(README, readme),
      whole(PACK, built.pack),
      whole(PACK_INDEX, built.index),
      ...listing.files,
    ],
  };
  const content: BundleContent = {
    manifest,
    manifestBytes: encodeManifest(manifest),
    signature: undefined,
    readme,
    pack: built.pack,
    packIndex: built.index,
    openArchive: (file) => openArchive(archives, file),
  };
  return { content, gitObjects: built.objects };
}

/** Refs that make up a registry. */
const EXPORTED =
  /^refs\/(?:heads\/(?:main|stored|published|knitpkg)|remotes\/[^/]+\/main|pins\/[^/]+)$/;

function exportedRefs({ paths }: Registry): Map<string, Oid> {
  const all = listRefs(paths.index, "refs/");
  const tips = new Map(
    [...all].filter(([name]) => EXPORTED.test(name)).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  if (tips.size > 0) return tips;
  throw new Failure(
    "not-found",
    "there is nothing to export: this registry has no index yet",
    'fill it first, such as with `mirror "moonbitlang/*"`',
  );
}

/** Where the base has its refs, as far as this registry still has what they led to. */
function knownTips({ objects }: Registry, base: KnownBundle | undefined): Map<string, Oid> {
  const tips = new Map<string, Oid>();
  for (const { name, new: tip } of base?.manifest.refs ?? []) {
    if (tip !== null && objects.has(tip)) tips.set(name, tip);
  }
  if (
    base &&
    !tips.has(STORED_VIEW) &&
    base.manifest.refs.some(({ name }) => name === STORED_VIEW)
  ) {
    throw new Failure(
      "not-found",
      `this registry does not have what the bundle ${base.id.slice(0, 12)} has`,
      `it is of the registry ${JSON.stringify(base.manifest.registry)}; leave --since out for a whole bundle`,
    );
  }
  return tips;
}

function refsSince(tips: ReadonlyMap<string, Oid>, base: KnownBundle | undefined): BundleRef[] {
  const old = new Map(base?.manifest.refs.map(({ name, new: tip }) => [name, tip]));
  const names = [...new Set([...tips.keys(), ...old.keys()])].sort();
  return names
    .map((name) => ({ name, old: old.get(name) ?? null, new: tips.get(name) ?? null }))
    .filter((ref) => ref.old !== null || ref.new !== null);
}

/** Configured sources and what bundles brought, in the order in which they are asked. */
function originsOf(registry: Registry, tips: ReadonlyMap<string, Oid>): BundleOrigin[] {
  const { config, paths } = registry;
  const enabled = enabledSources(registry);
  const sources = [...enabled, ...config.sources.filter((each) => !enabled.includes(each))];
  const configured = sources.map(({ name, indexUrl, priority, enabled: isOn }) => ({
    name,
    index: indexUrl,
    priority,
    enabled: isOn,
  }));
  const names = new Set(configured.map(({ name }) => name));
  const imported = importedOrigins(paths).filter(({ name }) => !names.has(name));
  return [
    ...configured,
    ...imported.map(({ name, index, priority, enabled: isOn }) => ({
      name,
      index,
      priority,
      enabled: isOn,
    })),
  ]
    .filter(({ name }) => tips.has(`refs/remotes/${name}/main`))
    .sort((a, b) => a.priority - b.priority);
}
