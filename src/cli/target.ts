/** Which registry a command works on: the one in a directory here, or one behind a URL. */
import { Failure } from "../errors.ts";
import type { Context } from "./context.ts";
import { findRemote, type Remote, URL_VARIABLE } from "./remote/remote.ts";

export type Target =
  | { readonly kind: "local"; readonly file: string }
  | { readonly kind: "remote"; readonly remote: Remote };

/**
 * The first that is named: `--registry`, `--dir`, `$MOONBIT_REGISTRY_URL`, the registry that the working
 * directory is in, the server of the last login.
 *
 * @throws {Failure} "usage" or "no-registry"
 */
export function findTarget(context: Context, registry: string | undefined): Target {
  if (registry !== undefined && context.dir !== undefined) {
    throw new Failure("usage", "--registry and --dir exclude each other");
  }
  const isNamed = registry !== undefined || Boolean(process.env[URL_VARIABLE]);
  if (isNamed && context.dir === undefined) return remoteTarget(registry);
  try {
    return { kind: "local", file: context.file() };
  } catch (error) {
    if (!isMissing(error) || context.dir !== undefined) throw error;
    return lastLogin(error);
  }
}

export function isMissing(error: unknown): error is Failure {
  return error instanceof Failure && error.code === "no-registry";
}

const remoteTarget = (registry: string | undefined): Target => ({
  kind: "remote",
  remote: findRemote(registry),
});

function lastLogin(missing: Failure): Target {
  try {
    return remoteTarget(undefined);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "usage") throw error;
    const hint = "name a server with --registry URL, or run `moonbit-registry init DIR`";
    throw new Failure("no-registry", missing.message, hint, { cause: error });
  }
}

/** `owner/name@1.2.3` in two. @throws {Failure} "usage" */
export function moduleVersion(text: string): { module: string; version: string } {
  const at = text.lastIndexOf("@");
  if (at > 0 && at < text.length - 1) {
    return { module: text.slice(0, at), version: text.slice(at + 1) };
  }
  const hint = "write it as owner/module@1.2.3";
  throw new Failure("usage", `${JSON.stringify(text)} names no version of a module`, hint);
}

/** Of `/api/v0`, with each part encoded. */
export function versionPath(module: string, version: string): string {
  const parts = [...module.split("/"), version].map(encodeURIComponent);
  return `/api/v0/modules/${parts.join("/")}`;
}
