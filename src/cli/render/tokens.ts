/** Tokens for people. Pure but for the clock that it is given. */
import type { TokenInfo } from "../../registry/mod.ts";
import { table } from "./table.ts";
import { ago } from "./units.ts";

export function tokenTable(tokens: readonly TokenInfo[], now: Date): string {
  const rows = tokens.map(({ name, scopes, created, expires, used }) => [
    name,
    expiryText(expires, now),
    used === null ? "never" : ago(now.getTime() - Date.parse(used)),
    created.slice(0, 10),
    scopes.join(" "),
  ]);
  return table([["Token", "Expires", "Used", "Created", "Scopes"], ...rows]).join("\n");
}

function expiryText(expires: string | null, now: Date): string {
  if (expires === null) return "never";
  return Date.parse(expires) <= now.getTime() ? "expired" : expires.slice(0, 10);
}
