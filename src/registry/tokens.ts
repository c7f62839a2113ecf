/** Tokens of a registry, made and taken back from its command line; each change is recorded. */
import { type NewToken, openAccounts, openAudit, type TokenInfo } from "../accounts/mod.ts";
import type { Registry } from "./open.ts";

export interface TokenOptions {
  /** Told of an audit log that cannot be written. */
  readonly warn: (message: string) => void;
}

/** @returns the token, which nobody can be told again. @throws {Failure} "exists", "usage", "io" */
export function createToken({ paths }: Registry, token: NewToken, options: TokenOptions): string {
  const accounts = openAccounts(paths.state);
  try {
    const made = accounts.create(token);
    const until = token.expires ? `, expires ${token.expires.toISOString()}` : "";
    const target = `${token.name}: ${token.scopes.join(" ")}${until}`;
    openAudit(
      paths.audit,
      options,
    )({ who: localUser(), what: "token create", target, result: "done" });
    return made;
  } finally {
    accounts.close();
  }
}

export function listTokens({ paths }: Registry): TokenInfo[] {
  const accounts = openAccounts(paths.state);
  try {
    return accounts.list();
  } finally {
    accounts.close();
  }
}

/** @throws {Failure} "not-found", "io" */
export function revokeToken({ paths }: Registry, name: string, options: TokenOptions): void {
  const accounts = openAccounts(paths.state);
  try {
    accounts.revoke(name);
    openAudit(
      paths.audit,
      options,
    )({ who: localUser(), what: "token revoke", target: name, result: "done" });
  } finally {
    accounts.close();
  }
}

/** Who works on the registry's own directory, for the audit log: `local:alice`. */
export function localUser(): string {
  const { USER, USERNAME } = process.env;
  const name = USER || USERNAME || process.getuid?.();
  return name === undefined ? "local" : `local:${name}`;
}
