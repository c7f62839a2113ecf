/** Credentials of a source, for requests to that source alone. */
import { type Auth, expand } from "../config/mod.ts";

/** Whose credentials they are, and the address whose origin may see them. */
export interface Account {
  readonly home: string;
  readonly auth?: Auth | undefined;
}

/**
 * The headers that sign in at `url`: none unless it is on the account's own origin. `${VAR}` is read
 * here, at use, so that a secret is never held longer than a request.
 *
 * @throws {Failure} "config" naming a variable that is not set
 */
export function authHeaders({ home, auth }: Account, url: string): Record<string, string> {
  if (!auth || new URL(url).origin !== new URL(home).origin) return {};
  if (auth.type === "bearer") return { authorization: `Bearer ${expand(auth.token)}` };
  const pair = `${expand(auth.username)}:${expand(auth.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** The names of the environment variables that hold an account's credentials. */
export function variables(auth: Auth): string {
  const text = auth.type === "bearer" ? auth.token : `${auth.username}${auth.password}`;
  const names = [...text.matchAll(/\$\{\w+\}/g)].map(([name]) => name);
  return names.length > 0 ? names.join(" and ") : "the credentials";
}
