/**
 * Who a request comes from, and what it may do. Tokens are looked up at each request, so that one that
 * was made or taken back holds at once.
 *
 * Failed attempts are counted by address. An address that has failed too often may no longer try
 * tokens that were never right here; one that was right before stays so, so that a stranger behind the same
 * proxy locks nobody out.
 */
import {
  type Accounts,
  type Action,
  type Audit,
  type Caller,
  hashToken,
  may,
} from "../accounts/mod.ts";
import { Failure } from "../errors.ts";
import { type Credentials, credentialsOf } from "./credentials.ts";
import { madeBy } from "./request-origin.ts";
import { createThrottle, type Throttle } from "./throttle.ts";

export interface Guard {
  /**
   * Who asks; undefined when the request has no credentials.
   *
   * @throws {Failure} "unauthenticated" for wrong ones, "throttled" after too many
   */
  caller(request: Request): Caller | undefined;
  /**
   * Whose token it is that came in another way than the header, as from a form.
   *
   * @throws {Failure} as `caller`
   */
  holder(request: Request, token: string): Caller;
  /**
   * Who asks and may do this.
   *
   * @param name of the module, `owner/module`
   * @throws {Failure} "unauthenticated", "forbidden" or "throttled"
   */
  require(request: Request, action: Action, name?: string): Caller;
  /** Whether reading takes a token. */
  isPrivate(): boolean;
  /** Whether reading takes a token, and none that may read has come with this request so far. */
  isStranger(request: Request): boolean;
  /** The client's address. */
  address(request: Request): string;
  /** Records what was done, or refused. */
  readonly audit: Audit;
}

export interface GuardOptions {
  readonly accounts: Pick<Accounts, "find">;
  readonly audit: Audit;
  readonly isPrivate: () => boolean;
  readonly address: (request: Request) => string;
  /** Told of each request that a token was right for. */
  readonly onUse?: (name: string) => void;
  readonly throttle?: Throttle;
}

/** Tokens of which it is remembered, by hash, that they were right once. */
const MOST_PROVEN = 10_000;

/** @param options.throttle of its own when none is given: wrong tokens are counted by address */
export function createGuard(options: GuardOptions): Guard {
  const { accounts, audit, isPrivate, address, onUse, throttle = createThrottle() } = options;
  const proven = new Set<string>();
  // A route and what stands before all routes may both ask: one request is one attempt.
  const known = new WeakMap<Request, Caller>();

  const refuse = (request: Request, reason: string): Failure => {
    const from = address(request);
    // What comes after the last try is not recorded: the log must not grow with a flood.
    const last = throttle.fail(from) ? "; no more tries for a while" : "";
    const result = `refused: ${reason}${last}`;
    audit({ who: "unknown", what: "login", target: targetOf(request), result, from });
    return new Failure("unauthenticated", `the token is not valid: ${reason}`, TOKEN_HINT);
  };

  const check = (request: Request, { token }: Credentials): Caller => {
    const hash = token === undefined ? undefined : hashToken(token).toString("base64");
    if (throttle.isSpent(address(request)) && !(hash !== undefined && proven.has(hash))) {
      throw new Failure("throttled", "too many wrong tokens from this address", "wait a minute");
    }
    if (token === undefined || hash === undefined) {
      throw refuse(request, "it came as neither bearer nor basic");
    }
    const caller = accounts.find(token);
    if (!caller) throw refuse(request, "it is unknown, expired or revoked");
    if (proven.size >= MOST_PROVEN) proven.clear();
    proven.add(hash);
    onUse?.(caller.name);
    return caller;
  };

  const caller = (request: Request): Caller | undefined => {
    const before = known.get(request);
    if (before) return before;
    const credentials = credentialsOf(request.headers.get("authorization"));
    if (!credentials) return undefined;
    const found = check(request, credentials);
    known.set(request, found);
    return found;
  };

  return {
    caller,
    holder: (request, token) => check(request, { scheme: "bearer", token }),
    require(request, action, name) {
      const found = caller(request);
      if (!found) throw new Failure("unauthenticated", "this needs a token", TOKEN_HINT);
      if (action !== "read" && isForeignPage(request)) {
        throw new Failure("forbidden", "another site's page may not do this with your token");
      }
      if (may(found, action, name)) return found;
      const target = name ?? targetOf(request);
      const result = "refused: the token's scopes do not allow it";
      audit({ who: found.name, what: action, target, result, from: address(request) });
      throw forbidden(found, action, name);
    },
    isPrivate,
    isStranger(request) {
      const found = known.get(request);
      return isPrivate() && !(found && may(found, "read"));
    },
    address,
    audit,
  };
}

const TOKEN_HINT =
  "its operator makes one with `moonbit-registry token create`; send it as bearer, or as the password of basic";

function forbidden({ name: who }: Caller, action: Action, name: string | undefined): Failure {
  const wanted = action === "publish" ? `publish:${name ?? "*"}` : action;
  const hint = `ask the registry's operator for one with --scope ${wanted}`;
  return new Failure("forbidden", `the token ${who} has no scope ${wanted}`, hint);
}

/** Such as `GET /git/index/info/refs`; without the query, where a careless client may put a secret. */
function targetOf(request: Request): string {
  return `${request.method} ${new URL(request.url).pathname}`;
}

/** Browsers add basic credentials on their own to whatever any page makes them send. */
function isForeignPage(request: Request): boolean {
  const { headers } = request;
  if (credentialsOf(headers.get("authorization"))?.scheme !== "basic") return false;
  return madeBy(request, headers.get("host")) === "other page";
}
