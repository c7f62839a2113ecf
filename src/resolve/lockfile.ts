/**
 * `moonbit-registry.lock`: what `get` chose, so that `get --locked` makes the same again.
 *
 *     {
 *       "format": 1,
 *       "request": { "module": "demo/app", "range": "^1.0.0" },
 *       "modules": [
 *         { "module": "demo/app", "version": "1.2.0", "checksum": "…64 hex digits…" },
 *         …
 *       ]
 *     }
 *
 * The requested module comes first, then what it needs, by name. The same choice gives the same bytes.
 * Format 1 is the first.
 */

import { Failure } from "../errors.ts";
import { isRecord } from "../record.ts";
import { isPlainVersion } from "./version.ts";

export const LOCK_NAME = "moonbit-registry.lock";

export interface LockedModule {
  readonly module: string;
  readonly version: string;
  /** SHA-256 of the archive, lower-case hex. */
  readonly checksum: string;
}

export interface Lockfile {
  /** What was asked for; a range of null is the latest version. */
  readonly request: { readonly module: string; readonly range: string | null };
  readonly modules: readonly [LockedModule, ...LockedModule[]];
}

const FORMAT = 1;

/** The text of a lock file: the same for the same modules in the same order. */
export function encodeLockfile({ request, modules }: Lockfile): string {
  const file = {
    format: FORMAT,
    request: { module: request.module, range: request.range },
    modules: modules.map(({ module, version, checksum }) => ({ module, version, checksum })),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * @param isName whether a module can have that name: it becomes a path
 * @throws {Failure} "invalid" for anything that `encodeLockfile` does not write
 */
export function parseLockfile(text: string, isName: (name: string) => boolean): Lockfile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged("it is no JSON", error);
  }
  if (!isRecord(json)) throw damaged("it is no JSON object");
  if (json.format !== FORMAT) {
    throw damaged(`its format is ${JSON.stringify(json.format)}, and ${FORMAT} is known`);
  }
  const { request, modules } = json;
  if (!isRecord(request) || typeof request.module !== "string" || !isRange(request.range)) {
    throw damaged("it does not say what was asked for");
  }
  if (!Array.isArray(modules)) throw damaged("it lists no modules");
  const [first, ...others] = modules.map((each, at) => lockedModule(each, at, isName));
  if (first?.module !== request.module) throw damaged("its first module is not the one asked for");
  const keys = [first, ...others].map(({ module, version }) => `${module}@${version}`);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined) throw damaged(`it lists ${twice} twice`);
  return { request: { module: request.module, range: request.range }, modules: [first, ...others] };
}

function lockedModule(value: unknown, at: number, isName: (name: string) => boolean): LockedModule {
  const problem = (what: string) => damaged(`module ${at + 1} ${what}`);
  if (!isRecord(value)) throw problem("is no object");
  const { module, version, checksum } = value;
  if (typeof module !== "string" || !isName(module)) throw problem("has a name that none can have");
  // To the letter: what a library would read as a version may still be a path.
  if (typeof version !== "string" || !isPlainVersion(version)) throw problem("has no version");
  if (typeof checksum !== "string" || !/^[0-9a-f]{64}$/.test(checksum)) {
    throw problem("has no SHA-256");
  }
  return { module, version, checksum };
}

function isRange(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function damaged(why: string, cause?: unknown): Failure {
  return new Failure(
    "invalid",
    `${LOCK_NAME} cannot be used: ${why}`,
    "restore it, or run `get` without --locked to make it anew",
    { cause },
  );
}
