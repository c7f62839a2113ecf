/** Reads the `[[sources]]` tables, and the `default_source` that may have strayed into them. */
import { parseInterval } from "./checks.ts";
import { AUTH_KEYS, SOURCE_KEYS, TOP_KEYS } from "./keys.ts";
import { defaultDownloadUrl, defaultIndexUrl } from "./presets.ts";
import { Problem } from "./problem.ts";
import { asTable, readTable, readValue, type Table } from "./read-table.ts";
import type { Path } from "./scan.ts";
import type { Auth, IndexType, SourceConfig, SourceType } from "./schema.ts";

export const DEFAULT_SOURCE = "default_source";

/** @throws {Problem} */
export function readSources(value: unknown): SourceConfig[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    throw new Problem(["sources"], "`sources` must be written as [[sources]] tables");
  }
  const sources = value.map((each, i) => readSource(asTable(each, ["sources", i]), ["sources", i]));
  for (const [i, { name }] of sources.entries()) {
    if (sources.findIndex((each) => each.name === name) < i) {
      throw new Problem(["sources", i, "name"], `there is a source \`${name}\` above already`);
    }
  }
  return sources;
}

/** @throws {Problem} */
export function readSource(table: Table, at: Path): SourceConfig {
  const values = readTable(SOURCE_KEYS, table, at, ["auth", DEFAULT_SOURCE]);
  const name = required(values.name, "name", at);
  const url = trimmed(required(values.url, "url", at));
  const type = values.type as SourceType;
  const indexType = values.index_type as IndexType;
  const auth = table.auth === undefined ? undefined : readAuth(table.auth, [...at, "auth"]);
  return {
    name,
    type,
    url,
    indexUrl: trimmed(values.index_url ?? defaultIndexUrl(url, indexType)),
    indexType,
    downloadUrl: trimmed(values.download_url ?? defaultDownloadUrl({ type, url })),
    enabled: values.enabled,
    priority: values.priority,
    ...(values.timeout !== undefined && { timeoutMs: parseInterval(values.timeout)! }),
    ...(auth && { auth }),
  };
}

/** @throws {Problem} */
export function readAuth(value: unknown, at: Path): Auth {
  const auth = readTable(AUTH_KEYS, asTable(value, at), at, [DEFAULT_SOURCE]);
  const refuse = (name: "token" | "username" | "password") => {
    if (auth[name] === undefined) return;
    throw new Problem([...at, name], `\`${name}\` does not go with type "${auth.type}"`);
  };
  if (required(auth.type, "type", at) === "bearer") {
    refuse("username");
    refuse("password");
    return { type: "bearer", token: required(auth.token, "token", at) };
  }
  refuse("token");
  return {
    type: "basic",
    username: required(auth.username, "username", at),
    password: required(auth.password, "password", at),
  };
}

/** Every place where TOML lets `default_source` end up: the top, a source, a source's auth table. */
export function defaultSourcePlaces(data: Table): { path: Path; value: unknown }[] {
  const tables: { path: Path; table: unknown }[] = [{ path: [], table: data }];
  for (const [i, source] of (Array.isArray(data.sources) ? data.sources : []).entries()) {
    tables.push({ path: ["sources", i], table: source });
    tables.push({ path: ["sources", i, "auth"], table: (source as Table | null)?.auth });
  }
  return tables.flatMap(({ path, table }) => {
    const value = (table as Table | null | undefined)?.[DEFAULT_SOURCE];
    return value === undefined ? [] : [{ path: [...path, DEFAULT_SOURCE], value }];
  });
}

/** @throws {Problem} when it is set twice or names no source */
export function readDefaultSource(
  data: Table,
  sources: readonly SourceConfig[],
): string | undefined {
  const [first, second] = defaultSourcePlaces(data);
  if (!first) return undefined;
  const name = readValue(TOP_KEYS.default_source, first.value, first.path);
  if (second) {
    const message = `\`${DEFAULT_SOURCE}\` is set twice`;
    throw new Problem(second.path, message, "keep one; it belongs to the top of the file");
  }
  if (sources.some((source) => source.name === name)) return name;
  const names = sources.map((source) => source.name).join(", ");
  throw new Problem(
    first.path,
    `\`${DEFAULT_SOURCE}\` names no source: ${name}`,
    names === "" ? "there is none yet; remove this line" : `the sources are: ${names}`,
  );
}

function required<T>(value: T | undefined, name: string, at: Path): T {
  if (value !== undefined) return value;
  const table = at.at(-1) !== "auth" ? "[[sources]]" : `[${at[0]}.auth]`;
  throw new Problem(at, `a ${table} table has no \`${name}\``);
}

export function trimmed(url: string): string {
  return url.replace(/\/+$/, "");
}
