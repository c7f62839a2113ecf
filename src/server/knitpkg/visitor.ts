/** Who a request to `/v1` comes from. */
import { type Caller, may } from "../../accounts/mod.ts";
import { Failure } from "../../errors.ts";
import { type Identity, LOCAL, type Login, type Visitor } from "../../registry/mod.ts";
import type { Guard } from "../guard.ts";

/** A caller that a provider vouches for. */
interface Guest extends Caller {
  readonly identity: Identity;
}

interface Finder {
  find(token: string): Caller | undefined;
}

/**
 * Finds this registry's own tokens, and those of people that came through a provider. The latter may
 * read a private registry when the operator has named them, and publish no module.
 */
export function withGuests(accounts: Finder, login: Login): Finder {
  return {
    find(token) {
      const own = accounts.find(token);
      if (own) return own;
      const identity = login.find(token);
      if (!identity) return undefined;
      const name = `${identity.provider}:${identity.username}`;
      const guest: Guest = { name, scopes: login.isNamed(identity) ? ["read"] : [], identity };
      return guest;
    },
  };
}

/**
 * Who asks; undefined without credentials.
 *
 * @throws {Failure} "unauthenticated" for wrong ones, "throttled"
 */
export function visitorOf(guard: Guard, request: Request): Visitor | undefined {
  const caller = guard.caller(request);
  if (!caller) return undefined;
  const visitor = isGuest(caller) ? guestVisitor(caller) : localVisitor(caller);
  const claimed = request.headers.get("x-provider");
  if (claimed !== null && claimed !== "" && claimed !== visitor.person.provider) {
    const hint = "log in again with `kp login`";
    throw new Failure("unauthenticated", `X-Provider: the token is not one of ${claimed}`, hint);
  }
  return visitor;
}

/**
 * Who asks, for what changes something. Only bearer tokens count: browsers send others on their own, to
 * whatever any page makes them ask for.
 *
 * @throws {Failure} "unauthenticated", "throttled"
 */
export function requireVisitor(guard: Guard, request: Request): Visitor {
  const visitor = visitorOf(guard, request);
  const isBearer = /^bearer /i.test(request.headers.get("authorization") ?? "");
  if (visitor && isBearer) return visitor;
  const hint = "log in with `kp login`, and send the token as Authorization: Bearer";
  throw new Failure("unauthenticated", "this needs a token", hint);
}

function isGuest(caller: Caller): caller is Guest {
  return "identity" in caller;
}

function localVisitor(caller: Caller): Visitor {
  return {
    person: { provider: LOCAL, username: caller.name },
    isAdmin: may(caller, "admin"),
    mayPublish: (name) => may(caller, "publish", name),
  };
}

/** Whose organizations are theirs alone decides what they may register. */
function guestVisitor({ identity: { provider, username, id, email } }: Guest): Visitor {
  return {
    person: { provider, username, id },
    ...(email !== null && { email }),
    isAdmin: false,
    mayPublish: () => true,
  };
}
