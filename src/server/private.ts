/** A private registry tells nothing to those without a token, and lets no cache tell it to others. */
import { may } from "../accounts/mod.ts";
import type { Guard } from "./guard.ts";

/** What strangers are told instead of its name. */
export const PRIVATE_NAME = "private registry";

/** They say that the server lives, to whoever watches it, and to strangers nothing more. */
const OPEN: ReadonlySet<string> = new Set(["/health", "/ready", "/info"]);
/** Where a token is got, which cannot take one. */
const LOGIN = "/v1/auth/";

/**
 * Stands before every route, those that do not exist included: what is there cannot be told from what is
 * not.
 *
 * @param path as the router sees it: another reading of the URL could let one path pass for another
 * @throws {Failure} "unauthenticated" or "throttled"
 */
export function mayPass(guard: Guard, request: Request, path: string): void {
  if (!guard.isPrivate() || OPEN.has(path) || path.startsWith(LOGIN)) return;
  guard.require(request, "read");
}

/**
 * Whether who asks for what is open to all may read nothing else: without a token, or with one that gives no
 * right to, such as a person's whom a provider vouches for and the operator did not name.
 *
 * @throws {Failure} as `Guard.caller`
 */
export function fromStranger(guard: Guard, request: Request): boolean {
  return guard.isPrivate() && !may(guard.caller(request), "read");
}

/** What a cache between us and a client may keep, it would give to clients without a token too. */
export function keepPrivate(guard: Guard, response: unknown): void {
  if (!(response instanceof Response) || !guard.isPrivate()) return;
  const { headers } = response;
  headers.set("cache-control", privately(headers.get("cache-control")));
  headers.append("vary", "authorization");
}

/** Source: RFC 9111, 5.2.2. */
function privately(control: string | null): string {
  if (control === null) return "private";
  if (/\b(?:private|no-store)\b/.test(control)) return control;
  return /\bpublic\b/.test(control)
    ? control.replace(/\bpublic\b/, "private")
    : `private, ${control}`;
}
