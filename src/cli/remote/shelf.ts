/** A server as a shelf: its `/api/v0` and `/user`. What it answers is checked before it is believed. */

import { DownloadError, download } from "../../download/mod.ts";
import { Failure, messageOf } from "../../errors.ts";
import { isModuleName } from "../../index/mod.ts";
import { ZIP_LIMITS } from "../../packaging/mod.ts";
import { isRecord } from "../../record.ts";
import {
  archivePath,
  type Dependent,
  type ListedModule,
  type ModuleInfo,
  type ModuleTree,
  type ResolvedVersion,
  type SearchQuery,
  type Shelf,
} from "../../registry/mod.ts";
import { isPlainVersion } from "../../resolve/mod.ts";
import { callRemote, type Remote } from "./remote.ts";

export function openRemoteShelf(remote: Remote): Shelf {
  const { url, token } = remote;
  const ask = async (path: string) => await callRemote(remote, { path: `/api/v0/${path}` });
  const read = async <T>(path: string, isRight: (body: unknown) => body is T): Promise<T> => {
    const { json } = await ask(path);
    if (!isRight(json)) throw nonsense(url);
    return json;
  };

  return {
    where: url,
    async search(query) {
      const { json, headers } = await ask(`search?${searchParams(query)}`);
      if (!isListedModules(json)) throw nonsense(url);
      return { total: Number(headers.get("x-total-count") ?? json.length), results: json };
    },
    info: (module, version) => read(`modules/${withVersion(module, version)}`, isInfo),
    resolve: (module, range) => read(`resolve/${withRange(module, range)}`, isResolved),
    tree: (module, range) => read(`tree/${withRange(module, range)}`, isTree),
    async dependents(module) {
      const { dependents } = await read(`dependents/${pathOf(module)}`, hasDependents);
      return dependents;
    },
    async archive({ module, version }) {
      const wanted = {
        url: url + archivePath(module, version),
        ...(token !== undefined && { credentials: { authorization: `Bearer ${token}` } }),
      };
      try {
        const options = { maxBytes: ZIP_LIMITS.archive };
        return await download(wanted, async (body) => new Blob(await parts(body)), options);
      } catch (error) {
        throw understood(url, `${module}@${version}`, error);
      }
    },
  };
}

const pathOf = (module: string): string => module.split("/").map(encodeURIComponent).join("/");

function withVersion(module: string, version: string | undefined): string {
  return version === undefined
    ? pathOf(module)
    : `${pathOf(module)}@${encodeURIComponent(version)}`;
}

function withRange(module: string, range: string | undefined): string {
  return range === undefined ? pathOf(module) : `${pathOf(module)}/${encodeURIComponent(range)}`;
}

function searchParams({ text, ...rest }: SearchQuery): string {
  const params = new URLSearchParams({ kw: text });
  for (const [name, value] of Object.entries(rest)) params.set(name, String(value));
  return params.toString();
}

async function parts(body: Uint8Array | AsyncIterable<Uint8Array>): Promise<Buffer[]> {
  if (body instanceof Uint8Array) return [Buffer.from(body)];
  return (await Array.fromAsync(body)).map((chunk) => Buffer.from(chunk));
}

function nonsense(url: string): Failure {
  const hint = "check the URL: it must be a moonbit-registry server's";
  return new Failure("upstream", `${url} answers what no registry answers`, hint);
}

function understood(url: string, what: string, error: unknown): unknown {
  if (!(error instanceof DownloadError)) return error;
  if (error.kind === "not-found") {
    return new Failure("not-found", `${what} is not at ${url}`, undefined, { cause: error });
  }
  const code =
    error.kind === "timeout" ? "timeout" : error.kind === "denied" ? "denied" : "upstream";
  return new Failure(code, `${what}: ${messageOf(error)}`, undefined, { cause: error });
}

/** A name and a version that may become a path. */
function isCoordinate(value: unknown, name = "module"): value is Record<string, unknown> {
  return isRecord(value) && isName(value[name]) && isVersion(value.version);
}

const isName = (value: unknown) => typeof value === "string" && isModuleName(value);
const isVersion = (value: unknown) => typeof value === "string" && isPlainVersion(value);
const isChecksum = (value: unknown) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const isListOf = (value: unknown, isRight: (each: unknown) => boolean) =>
  Array.isArray(value) && value.every(isRight);

function isListedModules(body: unknown): body is ListedModule[] {
  return isListOf(body, (each) => isCoordinate(each, "name") && isOptionalText(each.description));
}

const isOptionalText = (value: unknown) =>
  value === undefined || value === null || typeof value === "string";

function isInfo(body: unknown): body is ModuleInfo {
  return (
    isCoordinate(body) &&
    isVersion(body.latest_version) &&
    isRecord(body.metadata) &&
    isChecksum(body.checksum) &&
    typeof body.dependents === "number" &&
    isListOf(
      body.dependencies,
      (each) => isRecord(each) && isText(each.module) && isText(each.version),
    ) &&
    isListOf(body.versions, (each) => isRecord(each) && isVersion(each.version))
  );
}

const isText = (value: unknown) => typeof value === "string";

function isResolved(body: unknown): body is ResolvedVersion {
  return isCoordinate(body) && isChecksum(body.checksum);
}

function isTree(body: unknown): body is ModuleTree {
  return (
    isCoordinate(body) &&
    isListOf(
      body.modules,
      (each) =>
        isCoordinate(each) && isChecksum(each.checksum) && isListOf(each.dependencies, isEdge),
    ) &&
    isListOf(body.unmet, isUnmet)
  );
}

const isEdge = (each: unknown) =>
  isRecord(each) &&
  isText(each.module) &&
  isText(each.requires) &&
  (each.version === undefined || isVersion(each.version));

const isUnmet = (each: unknown) =>
  isRecord(each) && isText(each.module) && isText(each.version) && isText(each.neededBy);

function hasDependents(body: unknown): body is { dependents: Dependent[] } {
  return (
    isRecord(body) &&
    isListOf(body.dependents, (each) => isCoordinate(each) && isText(each.requires))
  );
}
