/** Tokens of a registry, made and taken back from its command line; each change is recorded. */
import { type NewToken, openAccounts, type TokenInfo } from "../accounts/mod.ts";
import { type LocalOptions, recordLocally } from "./local-audit.ts";
import type { Registry } from "./open.ts";

/** @returns the token, which nobody can be told again. @throws {Failure} "exists", "usage", "io" */
export function createToken(registry: Registry, token: NewToken, options: LocalOptions): string {
  const accounts = openAccounts(registry.paths.state);
  try {
    const made = accounts.create(token);
    const until = token.expires ? `, expires ${token.expires.toISOString()}` : "";
    const target = `${token.name}: ${token.scopes.join(" ")}${until}`;
    recordLocally(registry, options, "token create", target);
    return made;
  } finally {
    accounts.close();
  }
}

/** Names, scopes and times of all tokens, by name; expired ones too. @throws {Failure} "io", "integrity" */
export function listTokens({ paths }: Registry): TokenInfo[] {
  const accounts = openAccounts(paths.state);
  try {
    return accounts.list();
  } finally {
    accounts.close();
  }
}

/** @throws {Failure} "not-found", "io" */
export function revokeToken(registry: Registry, name: string, options: LocalOptions): void {
  const accounts = openAccounts(registry.paths.state);
  try {
    accounts.revoke(name);
    recordLocally(registry, options, "token revoke", name);
  } finally {
    accounts.close();
  }
}
