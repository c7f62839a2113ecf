/** What a server needs of a registry: the branch to serve, archives by version, and no writing. */
import { dirname, resolve } from "node:path";
import { createHotArchives, damagedArchive } from "../../archives/mod.ts";
import { type Config, unsetVariables } from "../../config/mod.ts";
import { type Executables, openExecutables, ownExecutable } from "../../distribution/mod.ts";
import { messageOf } from "../../errors.ts";
import {
  createGitEndpoint,
  followRef,
  forgetRefs,
  type GitEndpoint,
  readRef,
} from "../../git/mod.ts";
import { type Entry, followBranch } from "../../index/mod.ts";
import { VERSION } from "../../version.ts";
import { openSymbols, type StoredSymbols } from "../assets/symbols.ts";
import { type FollowDiscovery, followDiscovery } from "../discovery/discover.ts";
import { createKnitPkg, type KnitPkg } from "../knitpkg/knitpkg.ts";
import { enabledSources, type Registry, servedView } from "../open.ts";

import { ALL_VIEW, STORED_VIEW } from "../paths.ts";
import { type Publications, servePublications } from "../publishing/publications.ts";
import { type AutoSyncState, SERVER_PATIENCE_MS } from "../state.ts";
import { type Access, serveAccess } from "./access.ts";
import { createAssets, type StoredAsset } from "./asset-pull.ts";
import { startAutoSync } from "./auto-sync.ts";
import { type Browse, browseRegistry } from "./browse.ts";
import { type Downloads, openDownloads } from "./downloads.ts";
import { followConfig } from "./follow-config.ts";
import { createHeldLookup } from "./held.ts";
import { createMeter, type Measures } from "./measures.ts";
import { createMedium, type Medium } from "./medium.ts";
import { type Operate, operateRegistry } from "./operate.ts";
import { createOwnCheck } from "./own-check.ts";
import { createOwnerLookup } from "./owner.ts";
import { createPlainIndex, type PlainIndex } from "./plain-index.ts";
import { createPull, type IncomingBody, unknown } from "./pull.ts";
import { createStoredListing } from "./stored-listing.ts";

export interface ServedRegistry {
  /** As it is now, as with `baseUrl`. */
  readonly name: string;
  /** `server.base_url`, without a trailing slash. */
  readonly baseUrl: string;
  /** No request may change anything. */
  readonly readOnly: boolean;
  readonly git: GitEndpoint;
  /** The same index as plain files. */
  readonly plainIndex: PlainIndex;
  /**
   * A version's archive; fetched from its owner if it is not stored and that is allowed. A big one is
   * given on while it comes in, unless it is wanted whole.
   *
   * @throws {Failure} "not-found"; "forbidden" when the policy holds it back; "upstream" or "timeout" when the owner does not give it
   */
  archive(
    module: string,
    version: string,
    whole: boolean,
  ): Promise<{ entry: Entry; body: Blob | IncomingBody }>;
  /** An archive that lately was given out, if it can be sent again without another look at its bytes. */
  hotArchive(checksum: string): Blob | undefined;
  /** What is to be told of the modules that are served. */
  readonly discovery: FollowDiscovery;
  /**
   * A prebuilt program, by its path below `assets/`; fetched from its module's owner if it is not
   * stored and that is allowed.
   *
   * @throws {Failure} as `archive`, but undefined for what is not there
   */
  asset(path: string): Promise<StoredAsset | undefined>;
  /** Where archives are, and where they are from. */
  readonly browse: Browse;
  /** The stored `symbols.zip`, if there is one. */
  symbols(): Promise<StoredSymbols | undefined>;
  /** This program, for whoever wants to install it. */
  readonly executables: Executables;
  /** Another number whenever the settings, the index or the projects may have changed. */
  generation(): number;
  /** Whether the registry's files are there. */
  readonly medium: Medium;
  /** How often archives were given to clients. */
  readonly downloads: Downloads;
  /** What an operator's monitoring wants to know. */
  measures(): Promise<Measures>;
  /** Publishing and yanking; who may, is for the caller to ask first. */
  readonly publications: Publications;
  /** Who may do what. */
  readonly access: Access;
  readonly knitpkg: KnitPkg;
  /** What its operator sees and does. */
  readonly operate: Operate;
  /** The commit that is served, if there is one yet. Throws when the index, or the tokens it takes, cannot be read, or what was published is missed. */
  ready(): { index: string | undefined; sync: AutoSyncState | undefined };
  /** Ends what goes on in the background. */
  close(): Promise<void>;
}

export interface ServeRegistryOptions {
  /** Serve only what is stored, and open no connection. */
  readonly offline: boolean;
  /** Told of what an operator should know. */
  readonly warn: (message: string) => void;
}

/**
 * What a server's routes ask of a registry, and all that it does by itself: what is fetched on demand is
 * listed, counts are written, and with `mirror.auto_sync` it syncs. It goes on until it is closed.
 */
export function serveRegistry(opened: Registry, options: ServeRegistryOptions): ServedRegistry {
  const { warn } = options;
  const registry: Registry = { ...opened, stateWaitMs: SERVER_PATIENCE_MS };
  // What is fetched would have to be kept.
  const isAlwaysOffline = options.offline || registry.readOnly;
  const { objects, archives, paths, config } = registry;
  const hot = createHotArchives(archives);
  /** Of which nothing comes that was not proven. */
  const proving: Registry = { ...registry, archives: { ...archives, get: hot.get } };
  const { lately: settings, now: settingsNow } = followConfig(registry, warn);
  if (!isAlwaysOffline) warnOfUnset(config, warn);
  // Once and for all: the other view has a history of its own, which no clone of this one goes on to.
  const ref = isAlwaysOffline ? STORED_VIEW : servedView(registry);
  if (ref === ALL_VIEW) warnOfNowhere(registry, warn);
  const isOffline = () => ref === STORED_VIEW || !settings().server.upstreamFallback;
  const tip = followRef(paths.index, ref);
  const snapshot = followBranch(paths.index, ref, objects);
  const reopen = () => {
    objects.close();
    forgetRefs();
  };
  const medium = createMedium({ index: paths.index, reopen, warn });
  const access = serveAccess(registry, settings, warn);
  const owner = createOwnerLookup(registry, settingsNow);
  const checkOwn = createOwnCheck(registry, warn);
  const meter = createMeter(registry);
  const downloads = openDownloads(paths.state, { readOnly: registry.readOnly, warn });
  const pull = createPull(registry, owner, meter);
  const listing = createStoredListing(registry, warn);
  const held = createHeldLookup(registry, settings, owner);
  const discovery = followDiscovery(snapshot, (blob) => objects.read(blob).data);
  const knitpkg = createKnitPkg(registry, settings, snapshot, discovery);
  const autoSync = isAlwaysOffline
    ? undefined
    : startAutoSync({
        registry,
        config: () => withoutSync(settings()),
        warn,
        onSuccess: pull.forgetFailures,
      });
  const operate = operateRegistry({
    registry,
    config: settings,
    isOffline,
    onSuccess: pull.forgetFailures,
  });

  return {
    get name() {
      return settings().registry.name;
    },
    get baseUrl() {
      return settings().server.baseUrl;
    },
    readOnly: registry.readOnly,
    git: createGitEndpoint({
      agent: `moonbit-registry/${VERSION}`,
      // Whichever view it is, clients know it as the branch that they pull.
      branch: () => ({ objects, tip: medium.sure(tip()), ref: "refs/heads/main" }),
      onBroken: (error) => warn(`a fetch of the index broke off: ${messageOf(error)}`),
    }),
    plainIndex: createPlainIndex(objects, snapshot),
    async archive(module, version, whole) {
      const blocked = held.blocked(module, version);
      if (blocked) throw blocked;
      const entry = snapshot()?.version(module, version)?.entry;
      if (!entry) throw held.unlisted(module, version) ?? unknown(module, version);
      const stored = await hot.get(entry.checksum);
      if (stored) return { entry, body: stored };
      // Nobody fetches one that is empty: its operator has to hear of it.
      const isEmpty = registry.archives.stamp(entry.checksum) !== undefined;
      if (isOffline()) throw isEmpty ? damagedArchive(entry.checksum) : unknown(module, version);
      const transfer = pull.fetch(entry);
      transfer.done.then(
        () => listing.add(module),
        () => {}, // whoever waits for the archive is told
      );
      const incoming = whole ? undefined : (await transfer.begun)?.();
      if (incoming) return { entry, body: incoming };
      await transfer.done;
      const body = await hot.get(entry.checksum);
      if (!body) throw unknown(module, version);
      return { entry, body };
    },
    hotArchive: hot.kept,
    discovery,
    asset: createAssets({
      registry: proving,
      owner,
      isOffline,
      warn,
      find(module, version) {
        const blocked = held.blocked(module, version);
        if (blocked) throw blocked;
        return snapshot()?.version(module, version);
      },
    }),
    browse: browseRegistry(registry, owner, isOffline),
    symbols: () => openSymbols(proving),
    executables: openExecutables(
      [resolve(dirname(config.file), config.server.distDir), dirname(process.execPath)],
      ownExecutable(),
    ),
    generation: countChanges([settings, snapshot, knitpkg.projects]),
    medium,
    publications: servePublications(registry, settings),
    access,
    knitpkg,
    downloads,
    measures: () => meter.read(downloads.total()),
    ready() {
      access.check();
      checkOwn();
      return { index: medium.sure(tip()), sync: autoSync?.state() };
    },
    operate,
    async close() {
      await Promise.all([operate.jobs.close(), autoSync?.stop()]);
      await listing.close();
      downloads.close();
      access.close();
      knitpkg.close();
    },
  };
}

/** Else it would show when the first client wants something. */
function warnOfUnset({ sources, git }: Config, warn: (message: string) => void): void {
  const owners = sources.filter(({ enabled }) => enabled);
  const accounts = owners.map(({ name, auth }) => ({ title: `source ${name}`, auth }));
  for (const { title, auth } of [...accounts, { title: "git.remote_url", auth: git.auth }]) {
    for (const name of Object.values(auth ?? {}).flatMap((value) => unsetVariables(value))) {
      warn(`${name} is not set, and ${title} cannot be asked without it`);
    }
  }
}

/** Of what a bundle lists and did not bring, say. */
function warnOfNowhere(registry: Registry, warn: (message: string) => void): void {
  const { objects, paths } = registry;
  const [all, stored] = [ALL_VIEW, STORED_VIEW].map((ref) => {
    const tip = readRef(paths.index, ref);
    return tip === undefined ? undefined : objects.commit(tip).tree;
  });
  if (enabledSources(registry).length > 0 || all === stored) return;
  warn("there is no source to fetch what is listed and not stored; --offline lists what is stored");
}

/** Whose server asks no source, syncs no more than it pulls. */
function withoutSync(config: Config): Config {
  if (config.server.upstreamFallback) return config;
  return { ...config, mirror: { ...config.mirror, autoSync: false } };
}

/** Counts how often any of these was found to be another. */
function countChanges(looks: readonly (() => unknown)[]): () => number {
  const seen: unknown[] = [];
  let changes = 0;
  return () => {
    for (const [at, look] of looks.entries()) {
      const now = look();
      if (now !== seen[at]) changes++;
      seen[at] = now;
    }
    return changes;
  };
}
