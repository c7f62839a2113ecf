/** `/v1/auth/**`: signing in with a browser, as `registry/knitpkg/login.ts` draws it. */
import { Elysia } from "elysia";
import { Failure } from "../../errors.ts";
import { LOCAL, type ServedRegistry } from "../../registry/mod.ts";
import { readForm, readJson, textField } from "../body.ts";
import { cookieOf } from "../cookie.ts";
import { isOperators, responseFor } from "../errors.ts";
import { page } from "../knitpkg/page.ts";
import { detailOf, json } from "../knitpkg/respond.ts";
import { requireVisitor } from "../knitpkg/visitor.ts";
import { PRIVATE_NAME } from "../private.ts";
import { madeBy } from "../request-origin.ts";
import type { KnitPkgRouteOptions } from "./knitpkg.ts";

interface Context {
  readonly request: Request;
  readonly params: { readonly provider: string };
}

/** Keeps the state of a flow in the browser that began it. */
const COOKIE = "knitpkg_login";
const COOKIE_SECONDS = 600;

const RAW = { parse: "none" } as const;

export interface KnitPkgAuthOptions extends KnitPkgRouteOptions {
  /** Told of every error that is the server's own fault. */
  readonly onBug: (error: unknown) => void;
}

export function knitpkgAuthRoutes(
  served: ServedRegistry,
  { guard, baseUrl, onBug }: KnitPkgAuthOptions,
) {
  const { login } = served.knitpkg;
  const authUrl = (request: Request, provider: string, last: string) =>
    `${baseUrl(request)}/v1/auth/${provider}/${last}`;

  const shownName = () => (guard.isPrivate() ? `a ${PRIVATE_NAME}` : served.name);

  /** For what a browser shows: what goes wrong is a page too. */
  const inBrowser = async (work: () => Response | Promise<Response>): Promise<Response> => {
    try {
      return await work();
    } catch (thrown) {
      const error = served.medium.explain(thrown);
      if (isOperators(error)) onBug(error);
      return failurePage(error);
    }
  };

  const config = ({ request }: { request: Request }) =>
    json({
      providers: login.providers().map((provider) => ({
        name: provider,
        auth_url: authUrl(request, provider, "authorize"),
        local_redirect_uri: login.redirect(),
      })),
    });

  const whoami = ({ request }: { request: Request }) => {
    const { person, email } = requireVisitor(guard, request);
    return json({
      id: person.id ?? person.username,
      username: person.username,
      provider: person.provider,
      email: email ?? null,
      subscription_tier: null,
    });
  };

  const exchange = async ({ request, params: { provider } }: Context) => {
    const code = textField(await readJson(request), "code");
    return json({ access_token: login.exchange(provider, code), token_type: "bearer" });
  };

  const authorize = ({ request, params: { provider } }: Context) =>
    inBrowser(() => {
      if (provider === LOCAL) return consentPage(shownName(), login.redirect());
      const { url, state } = login.begin(provider, authUrl(request, provider, "callback"));
      return redirect(url, cookie(state, COOKIE_SECONDS, baseUrl(request)));
    });

  const callback = ({ request, params: { provider } }: Context) =>
    inBrowser(async () => {
      const { searchParams } = new URL(request.url);
      const code = searchParams.get("code");
      if (!code) throw new Failure("forbidden", `${provider} did not let you in`, "try again");
      const state = searchParams.get("state") ?? "";
      const ours = await login.finish(provider, code, state, cookieOf(request, COOKIE));
      return redirect(withCode(login.redirect(), ours), cookie("", 0, baseUrl(request)));
    });

  const consent = ({ request }: { request: Request }) =>
    inBrowser(async () => {
      checkSameSite(request, baseUrl(request));
      const token = (await readForm(request)).get("token")?.trim() ?? "";
      try {
        guard.holder(request, token);
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== "unauthenticated") throw error;
        return consentPage(shownName(), login.redirect(), "That token is not valid here.");
      }
      return redirect(withCode(login.redirect(), login.grant(token)));
    });

  return new Elysia({ name: "knitpkg-auth", prefix: "/v1/auth" })
    .get("/config", config)
    .get("/whoami", whoami)
    .post("/:provider/exchange-token", exchange, RAW)
    .get("/:provider/authorize", authorize)
    .post(`/${LOCAL}/authorize`, consent, RAW)
    .get("/:provider/callback", callback);
}

function consentPage(name: string, leadsTo: string, problem?: string): Response {
  const where = Bun.escapeHTML(new URL(leadsTo).host);
  const content = `${problem ? `<p class="error" role="alert">${Bun.escapeHTML(problem)}</p>` : ""}
<p>A program on this computer, at <b>${where}</b>, asks to use this registry in your name. Go on only
if you have just begun to log in there.</p>
<form method="post">
<label for="token">Token of this registry</label>
<input id="token" name="token" type="password" autocomplete="off" required autofocus>
<button>Log in</button>
</form>
<p>The registry's operator makes tokens with <code>moonbit-registry token create</code>.</p>`;
  return page(`Log in to ${name}`, content, { leadsTo, status: problem ? 401 : 200 });
}

function failurePage(error: unknown): Response {
  const { status } = responseFor(error);
  const content = `<p class="error" role="alert">${Bun.escapeHTML(detailOf(error))}</p>`;
  return page("Not logged in", content, { status });
}

function redirect(to: string, setCookie?: string): Response {
  const headers = new Headers({
    location: to,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
  });
  if (setCookie !== undefined) headers.set("set-cookie", setCookie);
  return new Response(null, { status: 303, headers });
}

function withCode(redirectUri: string, code: string): string {
  const url = new URL(redirectUri);
  url.searchParams.set("code", code);
  return url.href;
}

function cookie(value: string, seconds: number, base: string): string {
  const secure = base.startsWith("https:") ? "; Secure" : "";
  return `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
}

/** Another site's page must not log anybody in. @throws {Failure} "forbidden" */
function checkSameSite(request: Request, base: string): void {
  if (madeBy(request, new URL(base).host) !== "other page") return;
  throw new Failure("forbidden", "another site's page may not log you in", "open the page itself");
}
