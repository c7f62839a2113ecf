/** Operators who sign in with a browser: by an admin token, which each of their requests is held against again. */
import { may } from "../accounts/mod.ts";
import { Failure } from "../errors.ts";
import { readForm } from "./body.ts";
import type { Guard } from "./guard.ts";
import { madeBy } from "./request-origin.ts";
import { createSessions, hasProof, type Session, sessionCookie } from "./sessions.ts";

export interface Operator {
  readonly session: Session;
  /** The token's name. */
  readonly who: string;
}

export interface Operators {
  /**
   * Takes the form of the sign-in page. Returns a `Set-Cookie` header.
   *
   * @throws {Failure} "unauthenticated", "forbidden", "throttled"; others when tokens cannot be looked up
   */
  signIn(request: Request, form: URLSearchParams): string;
  /** Who is signed in, with a token that is still good. */
  signedIn(request: Request): Operator | undefined;
  /** A form of one of the operator's own pages. @throws {Failure} "forbidden", "invalid" */
  action(request: Request): Promise<Operator & { readonly form: URLSearchParams }>;
  /** Takes such a form and ends the session. Returns a `Set-Cookie` header. @throws {Failure} as `action` */
  signOut(request: Request): Promise<string>;
}

/** @param home the operator's own page, as a browser knows it */
export function createOperators(guard: Guard, home: (request: Request) => URL): Operators {
  const sessions = createSessions();
  const isOwnForm = (request: Request) => madeBy(request, home(request).host) === "own page";

  const admin = (request: Request, token: string): string => {
    const caller = guard.holder(request, token);
    if (may(caller, "admin")) return caller.name;
    throw new Failure("forbidden", `the token ${caller.name} has no scope admin`);
  };

  const signedIn = (request: Request): Operator | undefined => {
    const session = sessions.find(request);
    if (!session) return undefined;
    try {
      return { session, who: admin(request, session.token) };
    } catch (error) {
      // What passes, such as a busy disk, ends nobody's session.
      if (!(error instanceof Failure) || !/^(?:unauthenticated|forbidden)$/.test(error.code)) {
        throw error;
      }
      sessions.end(session);
      return undefined;
    }
  };

  const action: Operators["action"] = async (request) => {
    const operator = signedIn(request);
    if (!operator) throw signedOut();
    const form = await readForm(request);
    if (!isOwnForm(request) || !hasProof(operator.session, form)) {
      throw new Failure("forbidden", "this form is not from the operator's page");
    }
    return { ...operator, form };
  };

  return {
    signedIn,
    action,
    signIn(request, form) {
      if (!isOwnForm(request)) throw new Failure("forbidden", "this form is from another site");
      const token = (form.get("token") ?? "").trim();
      admin(request, token);
      return sessionCookie(sessions.open(token), home(request));
    },
    async signOut(request) {
      const { session } = await action(request);
      sessions.end(session);
      return sessionCookie(undefined, home(request));
    },
  };
}

/** No 401: that would make a browser ask for a password, and none would help. */
export function signedOut(): Failure {
  return new Failure("forbidden", "you are signed out", "sign in at /operate");
}
