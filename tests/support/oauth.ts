/**
 * A provider of sign-ins, as strict as RFC 6749 and RFC 7636 have it, at the paths of GitHub Enterprise,
 * GitLab and Gitea. Whoever opens its page is asked, and is the same account each time.
 */
import { createHash, randomBytes } from "node:crypto";

export interface OAuthServer extends Disposable {
  readonly url: string;
  /** What it was asked, as `METHOD path`. */
  readonly requests: readonly string[];
  /** The tokens that it gave out. */
  readonly tokens: readonly string[];
  /** Who has an account. */
  account: { id: number; login: string; email: string | null };
}

export const CLIENT = { id: "the-client", secret: "the-secret" };

export function startOAuth(): OAuthServer {
  const requests: string[] = [];
  const tokens: string[] = [];
  const codes = new Map<string, { redirectUri: string; challenge: string }>();
  const world = { account: { id: 7, login: "ann", email: "ann@example.com" as string | null } };

  const authorize = (url: URL): Response => {
    const query = url.searchParams;
    const good =
      query.get("client_id") === CLIENT.id &&
      query.get("response_type") === "code" &&
      query.get("code_challenge_method") === "S256" &&
      (query.get("state") ?? "").length >= 32;
    if (!good) return new Response("bad request", { status: 400 });
    const redirectUri = query.get("redirect_uri")!;
    const code = randomBytes(8).toString("hex");
    codes.set(code, { redirectUri, challenge: query.get("code_challenge")! });
    const back = new URL(redirectUri);
    back.searchParams.set("code", code);
    back.searchParams.set("state", query.get("state")!);
    const html = `<title>Provider</title><a id="allow" href="${back.href.replaceAll("&", "&amp;")}">Allow</a>`;
    return new Response(html, { headers: { "content-type": "text/html" } });
  };

  const exchange = async (request: Request): Promise<Response> => {
    const form = new URLSearchParams(await request.text());
    const known = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const proof = createHash("sha256").update(form.get("code_verifier") ?? "");
    const good =
      known !== undefined &&
      form.get("grant_type") === "authorization_code" &&
      form.get("client_id") === CLIENT.id &&
      form.get("client_secret") === CLIENT.secret &&
      form.get("redirect_uri") === known.redirectUri &&
      proof.digest("base64url") === known.challenge;
    // As GitHub has it: an error, with the status of a success.
    if (!good) return Response.json({ error: "bad_verification_code" });
    const token = `upstream-${randomBytes(8).toString("hex")}`;
    tokens.push(token);
    return Response.json({ access_token: token, token_type: "bearer" });
  };

  const user = (request: Request, isGitLab: boolean): Response => {
    const token = request.headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
    if (!tokens.includes(token)) return new Response("no", { status: 401 });
    const { id, login, email } = world.account;
    return Response.json(isGitLab ? { id, username: login, email } : { id, login, email });
  };

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const url = new URL(request.url);
      requests.push(`${request.method} ${url.pathname}`);
      switch (url.pathname) {
        case "/login/oauth/authorize":
        case "/oauth/authorize":
          return authorize(url);
        case "/login/oauth/access_token":
        case "/oauth/token":
          return exchange(request);
        case "/api/v3/user":
        case "/api/v1/user":
          return user(request, false);
        case "/api/v4/user":
          return user(request, true);
        default:
          return new Response("not found", { status: 404 });
      }
    },
  });
  return Object.assign(world, {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    tokens,
    [Symbol.dispose]: () => void server.stop(true),
  });
}

/** A table of `registry.toml` for it. */
export function providerTable(type: string, url: string, more: string = ""): string {
  return `[[providers]]
name = "${type}"
type = "${type}"
url = "${url}"
client_id = "${CLIENT.id}"
client_secret = "\${OAUTH_TEST_SECRET}"
${more}
`;
}
process.env.OAUTH_TEST_SECRET = CLIENT.secret;
