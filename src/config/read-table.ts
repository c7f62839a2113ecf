/** Checks one table of parsed TOML against the description of its keys. */
import type { Key, Keys, Kinds, Values } from "./keys.ts";
import { BACKSLASH, Problem, suggestion } from "./problem.ts";
import type { Path } from "./scan.ts";

export type Table = Readonly<Record<string, unknown>>;

/**
 * The table's values with defaults for what is not there.
 *
 * @param others keys that are read elsewhere
 * @throws {Problem} for an unknown key, a wrong type, a value that fails its check
 */
export function readTable<T extends Keys>(
  keys: T,
  table: Table,
  at: Path,
  others: readonly string[] = [],
): Values<T> {
  refuseUnknown(table, [...Object.keys(keys), ...others], at);
  const values = Object.entries(keys).map(([name, key]) => {
    const written = Object.hasOwn(table, name) ? table[name] : undefined;
    return [name, written === undefined ? key.default : readValue(key, written, [...at, name])];
  });
  return Object.fromEntries(values) as Values<T>;
}

/**
 * @param old keys that are taken, and not proposed
 * @throws {Problem}
 */
export function refuseUnknown(
  table: Table,
  known: readonly string[],
  at: Path,
  old: readonly string[] = [],
): void {
  for (const name of Object.keys(table)) {
    if (known.includes(name) || old.includes(name)) continue;
    const where = at.length === 0 ? "" : ` in ${tableName(at)}`;
    throw new Problem([...at, name], `unknown key \`${name}\`${where}`, suggestion(name, known));
  }
}

/** Keys whose values no message tells. */
const SECRETS: ReadonlySet<string> = new Set(["token", "password", "client_secret"]);

/** @throws {Problem} */
export function readValue<K extends keyof Kinds>(key: Key<K>, value: unknown, at: Path): Kinds[K] {
  if (!isKind(key.kind, value)) {
    const found = SECRETS.has(String(at.at(-1))) ? "" : `, not ${typeName(value)}`;
    throw new Problem(at, `\`${dotted(at)}\` must be ${KINDS[key.kind].name}${found}`);
  }
  const problem = key.check(value);
  if (problem !== undefined) {
    const hint = hasEscaped(value) ? BACKSLASH : undefined;
    throw new Problem(at, `\`${dotted(at)}\` ${problem}`, hint);
  }
  return value;
}

/** Whether there is something in a text that an escape of one letter stands for. */
function hasEscaped(value: unknown): boolean {
  return typeof value === "string" && /[\b\t\n\f\r]/.test(value);
}

/** @throws {Problem} when there is something else than a table */
export function asTable(value: unknown, at: Path): Table {
  if (isTable(value)) return value;
  throw new Problem(at, `\`${dotted(at)}\` must be a table, not ${typeName(value)}`);
}

/** `server.port`; the number of a source is left out, its line says which. */
export function dotted(path: Path): string {
  return path.filter((word) => typeof word === "string").join(".");
}

function tableName(at: Path): string {
  return typeof at.at(-1) === "number" ? `[[${dotted(at)}]]` : `[${dotted(at)}]`;
}

const KINDS: { readonly [K in keyof Kinds]: { name: string; holds(value: unknown): boolean } } = {
  string: { name: "a text", holds: (value) => typeof value === "string" },
  boolean: { name: "true or false", holds: (value) => typeof value === "boolean" },
  integer: { name: "a whole number", holds: Number.isSafeInteger },
  strings: {
    name: "an array of texts",
    holds: (value) => Array.isArray(value) && value.every((each) => typeof each === "string"),
  },
};

function isKind<K extends keyof Kinds>(kind: K, value: unknown): value is Kinds[K] {
  return KINDS[kind].holds(value);
}

function isTable(value: unknown): value is Table {
  return Object.prototype.toString.call(value) === "[object Object]";
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date) return "a date";
  if (typeof value === "string") return `the text ${JSON.stringify(value)}`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return isTable(value) ? "a table" : `a ${typeof value}`;
}
