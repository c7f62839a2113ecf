/**
 * An index as plain files, for hosts that can do no more than serve a folder:
 *
 *     <index_url>/listing.json                {"format": 1, "modules": {"moonbitlang/x": "<blob>"}}
 *     <index_url>/user/moonbitlang/x.index    a module's file, as in a Git index
 *
 * A blob is the file's Git object id, so that a file which is here already is not asked for, and what
 * comes is checked. Without a listing only modules that are asked for by name, and what they depend
 * on, are known; each of them is then asked for every time.
 *
 * It is kept as any source's index is, in a commit of its own, with the server's validators beside:
 *
 *     user/…         the module files
 *     http.json      {"url": …, "listing": {"etag": …, "modified": …}, "files": {"moonbitlang/x": {…}}}
 */

import type { SourceConfig } from "../config/mod.ts";
import { DownloadError, forEachLimit } from "../download/mod.ts";
import { Failure } from "../errors.ts";
import {
  createObjectBatch,
  encodeCommit,
  isOid,
  type ObjectBatch,
  type ObjectReader,
  type Oid,
  oidOf,
  openObjectDatabase,
  readRef,
  writeRef,
} from "../git/mod.ts";
import { isRecord } from "../record.ts";
import { AUTHOR } from "../version.ts";
import { fetchFile, type Validators } from "./http-file.ts";
import { type Moving, unguarded } from "./moving.ts";
import { type GitPeer, sourcePeer, unreachable } from "./peer.ts";
import { sourceRef } from "./ref.ts";

/** How an index is laid out, which is not for a source to know. */
export interface IndexLayout {
  isModule(name: string): boolean;
  /** Such as `user/moonbitlang/x.index`, in parts. */
  path(module: string): readonly string[];
  read(objects: ObjectReader, root: Oid): ReadonlyMap<string, Oid>;
  /** Adds the trees, with some more files beside. Returns the root's. */
  write(
    batch: ObjectBatch,
    modules: ReadonlyMap<string, Oid>,
    beside: ReadonlyMap<string, Oid>,
  ): Oid;
  /** What a module's file says of it. */
  inspect(
    module: string,
    file: Buffer,
  ): { readonly needs: Iterable<string>; readonly newest: number };
}

export interface HttpRefreshOptions {
  readonly layout: IndexLayout;
  /** Modules to look for when there is no listing. */
  readonly wanted: Iterable<string>;
  readonly signal?: AbortSignal | undefined;
  readonly beforeMove?: (before: Oid, after: Oid) => Promise<void>;
  readonly moving?: Moving;
  /** Take nothing for granted of what is here of it. */
  readonly anew?: boolean;
}

export interface HttpRefreshed {
  readonly tip: Oid;
  readonly changed: boolean;
  /** Whether the source tells all that it has. */
  readonly listed: boolean;
}

const VALIDATORS = "http.json";
const MAX_LISTING = 64 * 1024 * 1024;
const MAX_FILE = 16 * 1024 * 1024;
/** Of all files that one refresh brings: fifty thousand modules, of which each takes a request. */
const MAX_FILES = 256 * 1024 * 1024;
/** Modules that are followed without a listing. */
const MAX_FOLLOWED = 10_000;
const AT_ONCE = 16;

/** What is here of a source. */
interface Kept {
  readonly url: string;
  readonly listing?: Validators;
  readonly files: Readonly<Record<string, Validators>>;
}

/**
 * Fetches what changed of a source's index. With a listing, nothing new costs one request. The ref
 * moves last, and only to an index that is here as a whole.
 *
 * @throws {Failure} "upstream" or "denied"
 */
export async function refreshHttpIndex(
  gitdir: string,
  source: SourceConfig,
  options: HttpRefreshOptions,
): Promise<HttpRefreshed> {
  const peer = sourcePeer(source);
  const objects = openObjectDatabase(gitdir);
  try {
    return await refresh(gitdir, objects, peer, options);
  } catch (error) {
    throw error instanceof DownloadError ? unreachable(peer, error) : error;
  } finally {
    objects.close();
  }
}

async function refresh(
  gitdir: string,
  objects: ObjectReader,
  peer: GitPeer,
  options: HttpRefreshOptions,
): Promise<HttpRefreshed> {
  const { layout, signal, beforeMove, anew = false } = options;
  const ref = sourceRef(peer.name);
  const before = anew ? undefined : readRef(gitdir, ref);
  const root = before === undefined ? undefined : objects.commit(before).tree;
  const modules = root === undefined ? new Map<string, Oid>() : layout.read(objects, root);
  const kept = readKept(objects, root, peer);
  const url = `${peer.url}/listing.json`;
  const listing = await fetchFile(peer, {
    url,
    validators: kept.listing,
    maxBytes: MAX_LISTING,
    signal,
  });
  if (listing.outcome === "same" && before !== undefined) {
    return { tip: before, changed: false, listed: true };
  }
  const batch = createObjectBatch(gitdir, objects.has);
  const work: Work = { objects, batch, peer, options, kept, modules, newest: 0, bytes: 0 };
  const found =
    listing.outcome === "got"
      ? await takeListed(work, parseListing(peer, layout, listing.bytes))
      : await takeWanted(work);
  const now: Kept = {
    url: peer.url,
    ...(listing.outcome === "got" && { listing: listing.validators }),
    files: Object.fromEntries([...found.files].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  const beside = new Map([[VALIDATORS, batch.add("blob", Buffer.from(JSON.stringify(now)))]]);
  const tree = layout.write(batch, found.modules, beside);
  const listed = listing.outcome === "got";
  if (before !== undefined && tree === root) return { tip: before, changed: false, listed };
  const time = Math.max(work.newest, before === undefined ? 0 : objects.commit(before).time);
  const message = `index of ${peer.url}\n`;
  const tip = batch.add("commit", encodeCommit({ tree, parents: [], time, message }, AUTHOR));
  await batch.write();
  await (options.moving ?? unguarded)(async () => {
    if (before !== undefined) await beforeMove?.(before, tip);
    await writeRef(gitdir, ref, tip);
  });
  return { tip, changed: true, listed };
}

interface Work {
  readonly objects: ObjectReader;
  readonly batch: ObjectBatch;
  readonly peer: GitPeer;
  readonly options: HttpRefreshOptions;
  readonly kept: Kept;
  /** Those that are here. */
  readonly modules: ReadonlyMap<string, Oid>;
  /** Seconds since the epoch, of the newest version that came. */
  newest: number;
  /** Of the files that came. */
  bytes: number;
}

interface Found {
  readonly modules: ReadonlyMap<string, Oid>;
  readonly files: ReadonlyMap<string, Validators>;
}

/** Fetches the files that the listing names and that are not here. */
async function takeListed(work: Work, listing: ReadonlyMap<string, Oid>): Promise<Found> {
  const { objects, peer, options } = work;
  const missing = [...listing].filter(([, blob]) => !objects.has(blob));
  await forEachLimit(
    missing,
    AT_ONCE,
    async ([module, blob]) => {
      const url = fileUrl(work, module);
      const file = await fetchFile(peer, { url, maxBytes: MAX_FILE, signal: options.signal });
      if (file.outcome !== "got" || oidOf("blob", file.bytes) !== blob) {
        // Most likely it changed since the listing was made.
        throw new Failure(
          "upstream",
          `${peer.title}: the file of ${module} is not the one that its listing names`,
          "try again in a while; if it stays so, its listing.json has to be made anew",
        );
      }
      inspect(work, module, file.bytes);
      take(work, file.bytes);
    },
    options.signal,
  );
  return { modules: listing, files: new Map() };
}

/** Asks for what is wanted or here, then for what that needs, and so on. */
async function takeWanted(work: Work): Promise<Found> {
  const { objects, peer, options, kept } = work;
  const { layout, wanted, signal } = options;
  const modules = new Map<string, Oid>();
  const files = new Map<string, Validators>();
  const seen = new Set<string>();
  const isNew = (module: string): boolean => {
    if (seen.has(module) || !layout.isModule(module)) return false;
    seen.add(module);
    return true;
  };
  let level = [...wanted, ...work.modules.keys()].filter(isNew);
  while (level.length > 0) {
    if (seen.size > MAX_FOLLOWED) {
      const message = `${peer.title}: over ${MAX_FOLLOWED} modules without a listing.json`;
      throw new Failure("upstream", message, "ask its operator for one");
    }
    const next = new Set<string>();
    await forEachLimit(
      level,
      AT_ONCE,
      async (module) => {
        const blob = work.modules.get(module);
        const validators = blob === undefined ? undefined : kept.files[module];
        const url = fileUrl(work, module);
        const file = await fetchFile(peer, { url, validators, maxBytes: MAX_FILE, signal });
        if (file.outcome === "missing") return;
        const isSame = file.outcome === "same";
        const bytes = isSame ? objects.read(blob!).data : file.bytes;
        modules.set(module, isSame ? blob! : take(work, bytes));
        files.set(module, isSame ? validators! : file.validators);
        for (const need of inspect(work, module, bytes)) next.add(need);
      },
      signal,
    );
    level = [...next].filter(isNew);
  }
  return { modules, files };
}

/** @throws {Failure} "upstream" when it is too much, all together */
function take(work: Work, bytes: Buffer): Oid {
  const { batch, peer } = work;
  work.bytes += bytes.length;
  if (work.bytes <= MAX_FILES) return batch.add("blob", bytes);
  const message = `${peer.title}: the files of ${peer.url} are over ${MAX_FILES} bytes`;
  throw new Failure("upstream", message, "ask its operator for a Git index");
}

function inspect(work: Work, module: string, bytes: Buffer): Iterable<string> {
  const { needs, newest } = work.options.layout.inspect(module, bytes);
  work.newest = Math.max(work.newest, Math.floor(newest / 1000));
  return needs;
}

function fileUrl({ peer, options }: Work, module: string): string {
  return `${peer.url}/${options.layout.path(module).map(encodeURIComponent).join("/")}`;
}

/** @throws {Failure} "upstream" for one that is not understood */
function parseListing(peer: GitPeer, layout: IndexLayout, bytes: Buffer): ReadonlyMap<string, Oid> {
  const broken = (what: string) => {
    const message = `${peer.title}: ${peer.url}/listing.json ${what}`;
    return new Failure("upstream", message, "docs/http-index.md tells what it has to be");
  };
  let json: { format?: unknown; modules?: unknown } | null;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) throw broken("is not JSON");
    throw error;
  }
  if (json?.format !== 1) throw broken('has no "format": 1');
  const { modules } = json;
  if (!isRecord(modules)) throw broken('has no "modules"');
  const listing = new Map<string, Oid>();
  for (const [module, blob] of Object.entries(modules)) {
    if (!layout.isModule(module))
      throw broken(`names ${JSON.stringify(module)}, which is no module`);
    if (typeof blob !== "string" || !isOid(blob)) {
      throw broken(`has no blob for ${module}`);
    }
    listing.set(module, blob);
  }
  return listing;
}

/** The validators of what is here; of another address they say nothing. */
function readKept(objects: ObjectReader, root: Oid | undefined, { url }: GitPeer): Kept {
  const none: Kept = { url, files: {} };
  const entry = root && objects.tree(root).find(({ name }) => name === VALIDATORS);
  if (!entry) return none;
  const kept = JSON.parse(objects.read(entry.oid).data.toString("utf8")) as Kept;
  return kept.url === url ? kept : none;
}
