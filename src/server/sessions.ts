/**
 * Operators who signed in with a browser. A session is a random cookie that no script can read and no
 * other site's page can send; the token behind it stays in memory and is looked up again at each
 * request, so that revoking it ends the session. Source: RFC 6265bis (SameSite, HttpOnly).
 */
import { randomBytes } from "node:crypto";
import { sameSecret } from "../accounts/mod.ts";
import { cookieOf } from "./cookie.ts";

export interface Session {
  readonly id: string;
  readonly token: string;
  /** In every form of the session's pages: what lacks it was not made by one of them. */
  readonly proof: string;
  /** What the last action came to; shown once. */
  notice: { readonly ok: boolean; readonly text: string } | undefined;
}

export interface Sessions {
  open(token: string): Session;
  find(request: Request): Session | undefined;
  end(session: Session): void;
}

const COOKIE = "moonbit_session";
/** Seconds. */
const LIFETIME = 12 * 60 * 60;
const MOST = 1_000;

/** @param now milliseconds of any beginning, that no change of the clock moves */
export function createSessions(now: () => number = () => performance.now()): Sessions {
  const sessions = new Map<string, { session: Session; until: number }>();
  return {
    open(token) {
      const [id, proof] = [randomBytes(32), randomBytes(32)].map((each) => each.toString("hex"));
      const session: Session = { id: id!, token, proof: proof!, notice: undefined };
      sessions.set(session.id, { session, until: now() + LIFETIME * 1000 });
      const oldest = sessions.keys().next();
      if (sessions.size > MOST && !oldest.done) sessions.delete(oldest.value);
      return session;
    },
    find(request) {
      const id = idOf(request);
      const found = id === undefined ? undefined : sessions.get(id);
      if (found && found.until > now()) return found.session;
      if (id !== undefined) sessions.delete(id);
      return undefined;
    },
    end: ({ id }) => void sessions.delete(id),
  };
}

/**
 * A `Set-Cookie` header.
 *
 * @param url the page that it is for, and for those below it
 */
export function sessionCookie(session: Session | undefined, url: URL): string {
  const parts = [
    `${COOKIE}=${session?.id ?? ""}`,
    `Path=${url.pathname}`,
    "HttpOnly",
    "SameSite=Strict",
  ];
  parts.push(`Max-Age=${session ? LIFETIME : 0}`);
  if (url.protocol === "https:") parts.push("Secure");
  return parts.join("; ");
}

/** Whether a form has the session's proof. */
export function hasProof({ proof }: Session, form: URLSearchParams): boolean {
  return sameSecret(form.get("proof") ?? "", proof);
}

function idOf(request: Request): string | undefined {
  const id = cookieOf(request, COOKIE);
  return id !== undefined && /^[0-9a-f]{64}$/.test(id) ? id : undefined;
}
