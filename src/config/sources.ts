/** What the `source` commands do to `registry.toml`. Nothing here reaches a network. */
import { Failure } from "../errors.ts";
import { changeConfig } from "./change.ts";
import { addSource, removeSource, type SourceTable, setSourceValue, setValue } from "./edit.ts";
import { requireSource } from "./find-source.ts";
import { type Key, SOURCE_KEYS, type Value } from "./keys.ts";
import { defaultDownloadUrl, defaultIndexUrl, PRESETS, USUAL_PRIORITY } from "./presets.ts";
import { DEFAULT_SOURCE, trimmed } from "./read-source.ts";
import type { IndexType, SourceConfig, SourceType } from "./schema.ts";

export type Preset = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as readonly Preset[];

/** A source as a person describes it. */
export interface NewSource {
  readonly name: string;
  readonly from: { readonly preset: Preset } | Addresses;
  readonly type?: SourceType;
  readonly indexType?: IndexType;
  readonly priority?: number;
  readonly credentials?: NewCredentials;
}

export interface Addresses {
  readonly url: string;
  readonly indexUrl?: string;
  readonly downloadUrl?: string;
}

/** Names of environment variables that hold the secrets; the secrets are never in the file. */
export type NewCredentials =
  | { readonly tokenEnv: string }
  | { readonly username: string; readonly passwordEnv: string };

/**
 * Adds a source to a registry's file.
 *
 * @throws {Failure} "usage" for a bad name, URL, number or variable; "exists" for a name that is taken
 */
export function registerSource(file: string, source: NewSource): SourceConfig {
  const table = tableOf(source);
  const config = changeConfig(file, (text, before) => {
    if (before.sources.some(({ name }) => name === source.name)) {
      const hint = `choose another name, or remove it first: source remove ${source.name}`;
      throw new Failure("exists", `there is a source ${source.name} already`, hint);
    }
    return addSource(text, table);
  });
  return config.sources.find(({ name }) => name === source.name)!;
}

/** @throws {Failure} "not-found" */
export function chooseDefaultSource(file: string, name: string): void {
  changeConfig(file, (text, config) => {
    requireSource(config, name);
    return setValue(text, [DEFAULT_SOURCE], name);
  });
}

/** Enables or disables a source. @throws {Failure} "not-found" */
export function switchSource(file: string, name: string, enabled: boolean): void {
  changeConfig(file, (text, config) =>
    // Written only when it changes something: enabled is the default.
    requireSource(config, name).enabled === enabled
      ? text
      : setSourceValue(text, name, "enabled", enabled),
  );
}

/** Removes a source; its index and archives stay. @throws {Failure} "not-found" */
export function unregisterSource(file: string, name: string): { readonly wasDefault: boolean } {
  let wasDefault = false;
  changeConfig(file, (text, config) => {
    requireSource(config, name);
    wasDefault = config.defaultSource === name;
    return removeSource(text, name);
  });
  return { wasDefault };
}

function tableOf(source: NewSource): SourceTable {
  const { from, name, credentials } = source;
  const base =
    "preset" in from ? PRESETS[from.preset] : { ...CUSTOM, ...addressesOf(from, source.indexType) };
  const type = source.type ?? base.type;
  const { url, indexUrl } = base;
  const downloadUrl = base.downloadUrl ?? defaultDownloadUrl({ type, url });
  const values: Record<string, Value> = {
    name,
    type,
    url,
    index_url: indexUrl,
    index_type: source.indexType ?? "git",
    // Written where it says something: a host that is not the source's own.
    ...(downloadUrl !== url && { download_url: downloadUrl }),
    enabled: true,
    priority: source.priority ?? base.priority,
  };
  for (const [key, value] of Object.entries(values)) check(key, value);
  return credentials ? { values, auth: authOf(credentials) } : { values };
}

const CUSTOM = { type: "custom", priority: USUAL_PRIORITY } as const;

function addressesOf(from: Addresses, indexType?: IndexType) {
  const url = checkedUrl("url", from.url);
  const { indexUrl, downloadUrl } = from;
  return {
    url,
    indexUrl:
      indexUrl === undefined ? defaultIndexUrl(url, indexType) : checkedUrl("index_url", indexUrl),
    downloadUrl: downloadUrl && checkedUrl("download_url", downloadUrl),
  };
}

function authOf(credentials: NewCredentials): Record<string, string> {
  return "tokenEnv" in credentials
    ? { type: "bearer", token: reference(credentials.tokenEnv) }
    : {
        type: "basic",
        username: credentials.username,
        password: reference(credentials.passwordEnv),
      };
}

function reference(variable: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) return `\${${variable}}`;
  // Not shown: it may well be the secret itself.
  const hint = "give the variable's name, such as PARTNER_TOKEN, not the secret";
  throw new Failure("usage", "the name of an environment variable is wanted", hint);
}

function checkedUrl(key: keyof typeof SOURCE_KEYS, url: string): string {
  check(key, url);
  return trimmed(url);
}

function check(key: string, value: Value): void {
  const description: Key = SOURCE_KEYS[key as keyof typeof SOURCE_KEYS];
  const problem = description.check(value as never);
  if (problem === undefined) return;
  const what = key === "name" ? "a source's name" : `--${key.replaceAll("_", "-")}`;
  throw new Failure("usage", `${what} ${problem}`);
}
