/** Credentials of a source, for requests to that source alone. */
import { expand, type SourceConfig } from "../config/mod.ts";

/**
 * The headers that sign in at `url`: none unless it is on the source's own origin. `${VAR}` is read
 * here, at use, so that a secret is never held longer than a request.
 *
 * @throws {Failure} "config" naming a variable that is not set
 */
export function authHeaders(source: SourceConfig, url: string): Record<string, string> {
  const { auth } = source;
  if (!auth || new URL(url).origin !== new URL(source.url).origin) return {};
  if (auth.type === "bearer") return { authorization: `Bearer ${expand(auth.token)}` };
  const pair = `${expand(auth.username)}:${expand(auth.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}
