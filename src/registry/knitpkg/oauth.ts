/**
 * OAuth's authorization-code flow with a provider, and who it says has signed in. Source: RFC 6749
 * (4.1), RFC 7636 (PKCE), and the providers' own documents for the addresses and the user's fields.
 */
import { createHash } from "node:crypto";
import { expand, type ProviderConfig, type ProviderType } from "../../config/mod.ts";
import { collect, DownloadError, type HttpRequest, request } from "../../download/mod.ts";
import { Failure, messageOf } from "../../errors.ts";
import { isRecord } from "../../record.ts";
import type { Identity } from "./sessions.ts";

interface Addresses {
  readonly authorize: string;
  readonly token: string;
  readonly user: string;
  readonly scope: string;
}

const ADDRESSES: Readonly<Record<ProviderType, (url: string) => Addresses>> = {
  github: (url) => ({
    authorize: `${url}/login/oauth/authorize`,
    token: `${url}/login/oauth/access_token`,
    // Enterprise servers have it below their own name.
    user: url === "https://github.com" ? "https://api.github.com/user" : `${url}/api/v3/user`,
    scope: "read:user",
  }),
  gitlab: (url) => ({
    authorize: `${url}/oauth/authorize`,
    token: `${url}/oauth/token`,
    user: `${url}/api/v4/user`,
    scope: "read_user",
  }),
  gitea: forge,
  forgejo: forge,
};

function forge(url: string): Addresses {
  return {
    authorize: `${url}/login/oauth/authorize`,
    token: `${url}/login/oauth/access_token`,
    user: `${url}/api/v1/user`,
    scope: "read:user",
  };
}

/** Of an answer, in bytes: tokens and users are small. */
const MAX_ANSWER = 256 * 1024;
const TIMEOUT_MS = 15_000;

export interface Authorization {
  /** Where the provider sends the browser back to. */
  readonly redirectUri: string;
  /** Comes back with the browser, and shows that it is the same one. */
  readonly state: string;
  /** Proves at the exchange that whoever has the code began the flow. */
  readonly verifier: string;
}

/** Where a browser goes to sign in. */
export function authorizeUrl(provider: ProviderConfig, flow: Authorization): string {
  const { authorize, scope } = ADDRESSES[provider.type](provider.url);
  const url = new URL(authorize);
  url.search = new URLSearchParams({
    client_id: expand(provider.clientId),
    redirect_uri: flow.redirectUri,
    response_type: "code",
    scope,
    state: flow.state,
    code_challenge: createHash("sha256").update(flow.verifier).digest("base64url"),
    code_challenge_method: "S256",
  }).toString();
  return url.href;
}

/**
 * Exchanges the provider's code, and asks who it stands for. The provider's token is forgotten at once.
 *
 * @throws {Failure} "unauthenticated" for a code that is not taken; "forbidden" for somebody who may not
 *   sign in here; "upstream" when the provider does not answer sensibly
 */
export async function identify(
  provider: ProviderConfig,
  code: string,
  { redirectUri, verifier }: Authorization,
): Promise<Identity> {
  const { token: tokenUrl, user: userUrl } = ADDRESSES[provider.type](provider.url);
  const exchanged = await askJson(provider, {
    url: tokenUrl,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new TextEncoder().encode(
      new URLSearchParams({
        grant_type: "authorization_code",
        client_id: expand(provider.clientId),
        client_secret: expand(provider.clientSecret),
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      }).toString(),
    ),
  });
  // GitHub answers 200 to a wrong code, with an error in it.
  if (typeof exchanged.access_token !== "string") throw refused(provider);
  const user = await askJson(provider, {
    url: userUrl,
    headers: {
      authorization: `Bearer ${exchanged.access_token}`,
      "user-agent": "moonbit-registry",
    },
  });
  const identity = identityOf(provider, user);
  if (isAllowed(provider, identity.username)) return identity;
  throw new Failure(
    "forbidden",
    `${provider.name}:${identity.username} may not sign in to this registry`,
    "its operator names who may, in registry.toml under [[providers]]",
  );
}

/** Whether somebody may sign in, as the operator has it. */
export function isAllowed({ users }: ProviderConfig, username: string): boolean {
  return users.length === 0 || users.includes(username);
}

function identityOf(provider: ProviderConfig, user: Record<string, unknown>): Identity {
  const { id, login, username = login, email } = user;
  const number = typeof id === "number" || typeof id === "string" ? String(id) : "";
  if (typeof username !== "string" || !/^[^\s:\p{Cc}]{1,100}$/u.test(username) || number === "") {
    throw new Failure("upstream", `${provider.name} does not say who has signed in`);
  }
  return {
    provider: provider.name,
    id: number,
    username,
    email: typeof email === "string" && email !== "" ? email : null,
  };
}

async function askJson(
  provider: ProviderConfig,
  wanted: HttpRequest,
): Promise<Record<string, unknown>> {
  try {
    const answer = await request(
      {
        ...wanted,
        headers: { accept: "application/json", ...wanted.headers },
        // The secret and the token go nowhere but where the configuration says.
        mayFollow: () => {
          throw new Failure("upstream", `${provider.name} redirects, which is not followed here`);
        },
      },
      { signal: AbortSignal.timeout(TIMEOUT_MS) },
    );
    const text = (await collect(answer, MAX_ANSWER)).toString();
    if (answer.status === 400 || answer.status === 401) throw refused(provider);
    if (answer.status !== 200 && answer.status !== 201) throw nonsense(provider, answer.status);
    const json: unknown = JSON.parse(text);
    if (!isRecord(json)) throw nonsense(provider, answer.status);
    return json;
  } catch (error) {
    if (error instanceof SyntaxError) throw nonsense(provider, 200);
    const late = (error as { name?: unknown } | null)?.name === "TimeoutError";
    if (!late && !(error instanceof DownloadError)) throw error;
    throw new Failure(
      late ? "timeout" : "upstream",
      `${provider.name} cannot be reached: ${late ? "no answer in time" : messageOf(error)}`,
      "try again later",
      { cause: error },
    );
  }
}

function refused({ name }: ProviderConfig): Failure {
  return new Failure("unauthenticated", `${name} does not take that code`, "sign in again");
}

function nonsense({ name }: ProviderConfig, status: number): Failure {
  return new Failure("upstream", `${name} answered ${status}, and nothing that can be understood`);
}
