/** Reads the `[[providers]]` tables. */
import { PROVIDER_KEYS } from "./keys.ts";
import { Problem } from "./problem.ts";
import { trimmed } from "./read-source.ts";
import { asTable, readTable, type Table } from "./read-table.ts";
import type { Path } from "./scan.ts";
import type { ProviderConfig, ProviderType } from "./schema.ts";

/** Stands for this registry's own tokens. */
const OWN = "local";

const HOMES: Partial<Record<ProviderType, string>> = {
  github: "https://github.com",
  gitlab: "https://gitlab.com",
};

/** @throws {Problem} */
export function readProviders(value: unknown): ProviderConfig[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    throw new Problem(["providers"], "`providers` must be written as [[providers]] tables");
  }
  const providers = value.map((each, i) =>
    readProvider(asTable(each, ["providers", i]), ["providers", i]),
  );
  for (const [i, { name }] of providers.entries()) {
    const at = ["providers", i, "name"];
    if (name === OWN) throw new Problem(at, `\`${OWN}\` is this registry's own provider`);
    if (providers.findIndex((each) => each.name === name) < i) {
      throw new Problem(at, `there is a provider \`${name}\` above already`);
    }
  }
  return providers;
}

function readProvider(table: Table, at: Path): ProviderConfig {
  const values = readTable(PROVIDER_KEYS, table, at);
  const type = required(values.type, "type", at) as ProviderType;
  return {
    name: values.name ?? type,
    type,
    url: trimmed(required(values.url ?? HOMES[type], "url", at)),
    clientId: required(values.client_id, "client_id", at),
    clientSecret: required(values.client_secret, "client_secret", at),
    users: values.users,
  };
}

function required(value: string | undefined, name: string, at: Path): string {
  if (value !== undefined) return value;
  throw new Problem(at, `a [[providers]] table has no \`${name}\``);
}
