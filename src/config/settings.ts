/** What the `config` command does: settings by dotted key, such as `server.port`. */
import { Failure } from "../errors.ts";
import { changeConfig } from "./change.ts";
import { setSourceValue, setValue } from "./edit.ts";
import { redact } from "./env.ts";
import { requireSource } from "./find-source.ts";
import { GENERAL_KEYS, type Key, keyAt, SOURCE_KEYS, type Value } from "./keys.ts";
import { parseConfig, parseToml, readConfig } from "./load.ts";
import { suggestion } from "./problem.ts";
import type { Table } from "./read-table.ts";
import type { Auth, Config, SourceConfig } from "./schema.ts";
import { writeValue } from "./toml-value.ts";
import { UPSTREAM } from "./upstream.ts";
import { parseWord } from "./word.ts";

export interface Setting {
  readonly key: string;
  /** Undefined when it is not set and has no default. Secrets are hidden. */
  readonly value: Value | undefined;
  /** Whether the file leaves it out. */
  readonly isDefault: boolean;
}

/** Every setting, in the order of the documentation, the sources' last. @throws {Failure} */
export function listSettings(file: string): Setting[] {
  const text = readConfig(file);
  const config = parseConfig(text, file);
  const data = parseToml(text, file);
  const general = [...GENERAL_KEYS].map(([key, description]): Setting => {
    const written = key === "default_source" ? config.defaultSource : lookUp(data, key.split("."));
    const value = (written as Value | undefined) ?? description.default;
    return { key, value, isDefault: written === undefined };
  });
  const sources = config.sources.flatMap((source, i) => sourceSettings(source, data, i));
  return [...general, ...authSettings("git", config.git.auth), ...sources];
}

/** @throws {Failure} "usage" for an unknown key */
export function getSetting(file: string, key: string): Setting {
  const settings = listSettings(file);
  const found = settings.find((setting) => setting.key === key);
  if (found) return found;
  const names = settings.map((setting) => setting.key);
  throw new Failure("usage", `unknown setting ${key}`, suggestion(key, names));
}

/**
 * Sets a value given as one word of a command line.
 *
 * @throws {Failure} "usage" for an unknown key or a value that the key does not take
 */
export function setSetting(file: string, key: string, word: string): void {
  changeConfig(file, (text, config) => {
    const source = sourceKey(config, key);
    if (source)
      return setSourceValue(
        text,
        source.name,
        source.key,
        parseWord(source.description, key, word),
      );
    if (key.startsWith("git.auth.")) throw notHere("[git.auth]");
    const description = keyAt(key);
    if (!description) {
      throw new Failure(
        "usage",
        `unknown setting ${key}`,
        suggestion(key, [...GENERAL_KEYS.keys()]),
      );
    }
    const value = parseWord(description, key, word);
    if (key === "default_source") requireSource(config, word);
    return setValue(text, key.split("."), value);
  });
}

/** Remembers patterns for `sync`; those that are new are returned. @throws {Failure} */
export function rememberPackages(file: string, patterns: readonly string[]): string[] {
  let added: string[] = [];
  changeConfig(file, (text, config) => {
    const known = config.mirror.packages;
    added = [...new Set(patterns)].filter((pattern) => !known.includes(pattern));
    return added.length === 0 ? text : setValue(text, ["mirror", "packages"], [...known, ...added]);
  });
  return added;
}

/** Remembers them no longer; those that were are returned. @throws {Failure} */
export function forgetPackages(file: string, patterns: readonly string[]): string[] {
  let dropped: string[] = [];
  changeConfig(file, (text, config) => {
    const known = config.mirror.packages;
    dropped = known.filter((pattern) => patterns.includes(pattern));
    const left = known.filter((pattern) => !patterns.includes(pattern));
    return dropped.length === 0 ? text : setValue(text, ["mirror", "packages"], left);
  });
  return dropped;
}

/** A setting as a line of `registry.toml`. */
export function settingLine({ key, value }: Setting): string {
  return value === undefined ? `${key} =` : `${key} = ${writeValue(value)}`;
}

function sourceSettings(source: SourceConfig, data: Table, index: number): Setting[] {
  const written = ((data.sources as Table[] | undefined) ?? [data[UPSTREAM] as Table])[index]!;
  const values: Record<Exclude<keyof typeof SOURCE_KEYS, "name">, Value> = {
    type: source.type,
    url: source.url,
    index_url: source.indexUrl,
    index_type: source.indexType,
    download_url: source.downloadUrl,
    enabled: source.enabled,
    priority: source.priority,
    timeout: (written.timeout as string | undefined) ?? "30s",
  };
  const own = Object.entries(values).map(([key, value]) => ({
    key: `sources.${source.name}.${key}`,
    value,
    isDefault: !Object.hasOwn(written, key),
  }));
  return [...own, ...authSettings(`sources.${source.name}`, source.auth)];
}

function authSettings(owner: string, auth: Auth | undefined): Setting[] {
  return Object.entries(auth ?? {}).map(([key, value]) => ({
    key: `${owner}.auth.${key}`,
    value: key === "type" || key === "username" ? value : redact(value),
    isDefault: false,
  }));
}

/** Takes `sources.NAME.KEY` apart; names may have dots, keys have none. */
function sourceKey(
  config: Config,
  path: string,
): { name: string; key: string; description: Key } | undefined {
  const match = /^sources\.(.+)\.([^.]+)$/.exec(path);
  if (!match) return undefined;
  const [, name = "", key = ""] = match;
  if (name.endsWith(".auth") && config.sources.some((each) => `${each.name}.auth` === name)) {
    throw notHere("[sources.auth]");
  }
  requireSource(config, name);
  const { name: _, ...settable } = SOURCE_KEYS;
  if (Object.hasOwn(settable, key)) {
    return { name, key, description: settable[key as keyof typeof settable] };
  }
  const hint =
    key === "name"
      ? "a source keeps its name; remove it and add it under another"
      : suggestion(key, Object.keys(settable));
  throw new Failure("usage", `${path} cannot be set`, hint);
}

function notHere(table: string): Failure {
  const hint = `edit ${table} in registry.toml`;
  return new Failure("usage", "credentials are not set from a command line", hint);
}

function lookUp(data: Table, path: readonly string[]): unknown {
  return path.reduce<unknown>((table, name) => (table as Table | undefined)?.[name], data);
}
