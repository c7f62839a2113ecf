/**
 * Signing in with a browser. The client opens a page, and waits for a code on a port of its own; the
 * code is worth one token, once.
 *
 *     kp ── opens ──▶ /v1/auth/NAME/authorize ──▶ the provider ──▶ /v1/auth/NAME/callback
 *      ▲                                                                   │ a code of ours
 *      └──────────────── login_redirect?code=… ◀───────────────────────────┘
 *      POST /v1/auth/NAME/exchange-token {code} → access_token
 *
 * The provider's own code and token never leave this process. `local` has a page that takes one of this
 * registry's tokens in place of the provider.
 */
import { randomBytes } from "node:crypto";
import { sameSecret } from "../../accounts/mod.ts";
import type { Config, ProviderConfig } from "../../config/mod.ts";
import { Failure } from "../../errors.ts";
import { createCodes } from "./codes.ts";
import { type Authorization, authorizeUrl, identify, isAllowed } from "./oauth.ts";
import type { Identity, Sessions } from "./sessions.ts";

/** This registry's own provider. */
export const LOCAL = "local";

export interface Login {
  /** Every provider's name, this registry's own first. */
  providers(): string[];
  /** Where the client waits. */
  redirect(): string;
  /**
   * Begins with a provider.
   *
   * @param callback where the provider sends the browser back to
   * @returns where the browser goes, and what it must bring back
   * @throws {Failure} "not-found"
   */
  begin(provider: string, callback: string): { url: string; state: string };
  /**
   * Ends with a provider.
   *
   * @param state as the URL has it
   * @param kept as the browser has kept it
   * @returns a code for the client
   * @throws {Failure} "forbidden" when the browser is not the one that began; as `identify`
   */
  finish(provider: string, code: string, state: string, kept: string | undefined): Promise<string>;
  /** A code for one of this registry's own tokens, which was found to be right. */
  grant(token: string): string;
  /**
   * @returns the token
   * @throws {Failure} "unauthenticated"
   */
  exchange(provider: string, code: string): string;
  /** Who a token of a provider's stands for, while the provider is configured and lets them in. */
  find(token: string): Identity | undefined;
  /** Whether who signs in there may read what is not for all: only those that the operator named. */
  isNamed(identity: Identity): boolean;
}

const CODE_MS = 60_000;
/** How long somebody may take at the provider's page. */
const FLOW_MS = 10 * 60_000;

export function createLogin(config: () => Config, sessions: Sessions): Login {
  const flows = createCodes<{ provider: string; redirectUri: string; verifier: string }>(FLOW_MS);
  const codes = createCodes<{ provider: string; gives: string | Identity }>(CODE_MS);

  const providerOf = (name: string): ProviderConfig | undefined =>
    config().providers.find((each) => each.name === name);
  const requireProvider = (name: string): ProviderConfig => {
    const found = providerOf(name);
    if (found) return found;
    const names = [LOCAL, ...config().providers.map((each) => each.name)].join(", ");
    throw new Failure("not-found", `there is no provider ${name}`, `there are: ${names}`);
  };

  return {
    providers: () => [LOCAL, ...config().providers.map(({ name }) => name)],
    redirect: () => config().knitpkg.loginRedirect,
    begin(name, redirectUri) {
      const provider = requireProvider(name);
      const verifier = randomBytes(32).toString("base64url");
      const state = flows.issue({ provider: name, redirectUri, verifier });
      return { url: authorizeUrl(provider, { redirectUri, state, verifier }), state };
    },
    async finish(name, code, state, kept) {
      const provider = requireProvider(name);
      const flow = kept !== undefined && sameSecret(state, kept) ? flows.take(state) : undefined;
      if (flow?.provider !== name) {
        const hint = "begin anew, in the browser that you end with, and end within ten minutes";
        throw new Failure("forbidden", "this sign-in was not begun here", hint);
      }
      const authorization: Authorization = { ...flow, state };
      const identity = await identify(provider, code, authorization);
      return codes.issue({ provider: name, gives: identity });
    },
    grant: (token) => codes.issue({ provider: LOCAL, gives: token }),
    exchange(provider, code) {
      const found = codes.take(code);
      if (found?.provider !== provider) {
        const hint = "sign in again: a code is good once, and for a minute";
        throw new Failure("unauthenticated", "code: is not known", hint);
      }
      return typeof found.gives === "string" ? found.gives : sessions.create(found.gives);
    },
    find(token) {
      const identity = sessions.find(token);
      const provider = identity && providerOf(identity.provider);
      if (!provider) return undefined;
      return isAllowed(provider, identity.username) ? identity : undefined;
    },
    isNamed: ({ provider }) => (providerOf(provider)?.users.length ?? 0) > 0,
  };
}
