/** Signing in, as a browser and the client do it together. */
import { describe, expect, test } from "bun:test";
import { body, UNVERIFIED } from "../../support/knitpkg.ts";
import { type KnitPkgServer, startKnitPkg } from "../../support/knitpkg-server.ts";
import { type OAuthServer, providerTable, startOAuth } from "../../support/oauth.ts";

const CALLBACK = "http://localhost:8789/callback";

interface Step {
  readonly status: number;
  readonly location: string | null;
  readonly cookie: string | undefined;
  readonly text: string;
}

async function open(url: string, cookie?: string): Promise<Step> {
  const response = await fetch(url, { redirect: "manual", headers: cookie ? { cookie } : {} });
  return {
    status: response.status,
    location: response.headers.get("location"),
    cookie: response.headers.get("set-cookie")?.split(";")[0],
    text: await response.text(),
  };
}

/** Up to the provider's answer. Gives where it sends the browser back to, and what that has kept. */
async function upToCallback(server: KnitPkgServer, provider: string) {
  const begun = await open(`${server.url}/v1/auth/${provider}/authorize`);
  expect(begun.status).toBe(303);
  const { text } = await open(begun.location!);
  const back = /href="([^"]+)"/.exec(text)![1]!.replaceAll("&amp;", "&");
  return { back, cookie: begun.cookie! };
}

function codeIn(location: string | null): string {
  expect(location).toStartWith(`${CALLBACK}?code=`);
  return new URL(location!).searchParams.get("code")!;
}

const exchange = (server: KnitPkgServer, provider: string, code: string) =>
  server.ask("POST", `/v1/auth/${provider}/exchange-token`, { body: { code } });

async function logIn(server: KnitPkgServer, provider: string): Promise<string> {
  const { back, cookie } = await upToCallback(server, provider);
  const { location } = await open(back, cookie);
  const { json } = await exchange(server, provider, codeIn(location));
  return json.access_token as string;
}

const world = async (type: string, oauth: OAuthServer, more = "") =>
  await startKnitPkg(UNVERIFIED + providerTable(type, oauth.url, more));

describe("through a provider", () => {
  for (const type of ["github", "gitlab", "gitea", "forgejo"]) {
    test(`of type ${type} somebody logs in, and is known by it`, async () => {
      using oauth = startOAuth();
      await using server = await world(type, oauth);
      expect((await server.ask("GET", "/info")).json.auth).toEqual({ providers: ["local", type] });
      const token = await logIn(server, type);
      expect(await server.ask("GET", "/v1/auth/whoami", { token, provider: type })).toEqual({
        status: 200,
        json: {
          id: "7",
          username: "ann",
          provider: type,
          email: "ann@example.com",
          subscription_tier: null,
        },
      });
      const sent = { token, provider: type, body: body() };
      expect((await server.ask("POST", "/v1/project/register", sent)).status).toBe(201);
      expect(server.bugs).toEqual([]);
    });
  }

  test("the provider's own token stays here, and nothing of a login is in the database", async () => {
    using oauth = startOAuth();
    await using server = await world("github", oauth);
    const token = await logIn(server, "github");
    expect(oauth.tokens).not.toContain(token);
    const state = await Bun.file(server.registry.paths.state).text();
    expect(state).not.toContain(token);
    for (const each of oauth.tokens) expect(state).not.toContain(each);
  });

  test("what one name owns is not another's who takes the name over", async () => {
    using oauth = startOAuth();
    await using server = await world("github", oauth);
    const ann = await logIn(server, "github");
    await server.ask("POST", "/v1/project/register", { token: ann, body: body() });
    oauth.account = { id: 8, login: "ann", email: null };
    const other = await logIn(server, "github");
    const next = { token: other, body: body({ version: "1.1.0" }) };
    expect((await server.ask("POST", "/v1/project/register", next)).status).toBe(403);
    oauth.account = { id: 7, login: "ann-renamed", email: null };
    const renamed = { token: await logIn(server, "github"), body: body({ version: "1.1.0" }) };
    expect((await server.ask("POST", "/v1/project/register", renamed)).status).toBe(201);
  });

  test("a token of the registry's that has the same name is somebody else", async () => {
    using oauth = startOAuth();
    await using server = await world("github", oauth);
    const ann = await logIn(server, "github");
    await server.ask("POST", "/v1/project/register", { token: ann, body: body() });
    const token = server.token("ann", "publish:*");
    const next = { token, body: body({ version: "1.1.0" }) };
    expect((await server.ask("POST", "/v1/project/register", next)).status).toBe(403);
  });

  test("only those get in whom the operator named, where any are named", async () => {
    using oauth = startOAuth();
    await using server = await world("github", oauth, 'users = ["bob"]');
    const { back, cookie } = await upToCallback(server, "github");
    const { status, text, location } = await open(back, cookie);
    expect([status, location]).toEqual([403, null]);
    expect(text).toContain("github:ann may not sign in to this registry");
  });

  test("who was let in is out when the operator takes the name away", async () => {
    using oauth = startOAuth();
    await using server = await world("github", oauth);
    const token = await logIn(server, "github");
    const settings = UNVERIFIED + providerTable("github", oauth.url, 'users = ["bob"]');
    await Bun.write(server.registry.config.file, settings);
    const status = async () => (await server.ask("GET", "/v1/auth/whoami", { token })).status;
    // The server looks at its settings now and then, not at each request.
    const until = performance.now() + 5_000;
    while ((await status()) === 200 && performance.now() < until);
    expect(await status()).toBe(401);
  });

  test("it gives no right to a private registry, but to those whom the operator named", async () => {
    using oauth = startOAuth();
    const locked = `[server]\nrequire_read_token = true\n${UNVERIFIED}`;
    for (const [more, status] of [
      ["", 403],
      ['users = ["ann"]', 200],
    ] as const) {
      await using server = await startKnitPkg(locked + providerTable("github", oauth.url, more));
      const token = await logIn(server, "github");
      expect((await server.ask("GET", "/v1/search/mql5", { token })).status).toBe(status);
      // Nor is what is open to all another for who may not read.
      for (const path of ["/health", "/ready", "/info"]) {
        const [told, stranger] = [
          await server.ask("GET", path, { token }),
          await server.ask("GET", path),
        ];
        expect({ path, isMore: !Bun.deepEquals(told, stranger) }).toEqual({
          path,
          isMore: status === 200,
        });
      }
    }
  });
});

describe("a flow is not ended", () => {
  const refused = { status: 403, location: null };

  test("by a browser that did not begin it", async () => {
    using oauth = startOAuth();
    await using server = await world("github", oauth);
    const { back, cookie } = await upToCallback(server, "github");
    expect(await open(back)).toMatchObject(refused);
    const other = await upToCallback(server, "github");
    expect(await open(back, other.cookie)).toMatchObject(refused);
    expect(oauth.requests.filter((each) => each.startsWith("POST"))).toEqual([]);
    expect(await open(back, cookie)).toMatchObject({ status: 303 });
  });

  test("twice", async () => {
    using oauth = startOAuth();
    await using server = await world("github", oauth);
    const { back, cookie } = await upToCallback(server, "github");
    expect(await open(back, cookie)).toMatchObject({ status: 303 });
    expect(await open(back, cookie)).toMatchObject(refused);
  });

  test("with a made-up state, or none, or no code", async () => {
    using oauth = startOAuth();
    await using server = await world("github", oauth);
    const callback = `${server.url}/v1/auth/github/callback`;
    const cookie = "knitpkg_login=made-up";
    expect(await open(`${callback}?code=x&state=made-up`, cookie)).toMatchObject(refused);
    expect(await open(`${callback}?code=x`, "knitpkg_login=")).toMatchObject(refused);
    expect(await open(`${callback}?error=access_denied&state=x`)).toMatchObject(refused);
    expect(server.bugs).toEqual([]);
  });

  test("with a code that the provider does not take", async () => {
    using oauth = startOAuth();
    await using server = await world("github", oauth);
    const { back, cookie } = await upToCallback(server, "github");
    const answer = await open(back.replace(/code=[^&]+/, "code=wrong"), cookie);
    expect(answer).toMatchObject({ status: 401, location: null });
  });

  test("when the provider is down", async () => {
    const oauth = startOAuth();
    await using server = await world("github", oauth);
    const { back, cookie } = await upToCallback(server, "github");
    oauth[Symbol.dispose]();
    const { status, text } = await open(back, cookie);
    expect(status).toBe(502);
    expect(text).toContain("github cannot be reached");
    expect(text).not.toContain("the-secret");
  });
});

describe("with a token of the registry's own", () => {
  const page = (server: KnitPkgServer) => `${server.url}/v1/auth/local/authorize`;
  const send = (server: KnitPkgServer, token: string, headers: Record<string, string> = {}) =>
    fetch(page(server), {
      method: "POST",
      headers,
      body: new URLSearchParams({ token }),
      redirect: "manual",
    });

  test("the page takes it, and the client gets it by a code", async () => {
    await using server = await startKnitPkg();
    const token = server.token("ann", "publish:*");
    const { status, text } = await open(page(server));
    expect(status).toBe(200);
    expect(text).toContain("localhost:8789");
    const answer = await send(server, ` ${token} `);
    expect(answer.status).toBe(303);
    const { json } = await exchange(server, "local", codeIn(answer.headers.get("location")));
    expect(json.access_token).toBe(token);
  });

  test("a wrong one is asked for again, and may not be guessed at for long", async () => {
    await using server = await startKnitPkg();
    const statuses: number[] = [];
    for (let tries = 0; tries < 40; tries++) {
      const answer = await send(server, `mbr_${String(tries).padStart(43, "a")}`);
      statuses.push(answer.status);
      expect(answer.headers.get("location")).toBeNull();
    }
    expect(statuses[0]).toBe(401);
    expect(statuses.at(-1)).toBe(429);
  });

  test("a code is good once, for its provider, and not for ever", async () => {
    await using server = await startKnitPkg();
    const token = server.token("ann", "publish:*");
    const code = codeIn((await send(server, token)).headers.get("location"));
    expect((await exchange(server, "github", code)).status).toBe(401);
    expect((await exchange(server, "local", code)).status).toBe(401);
    const next = codeIn((await send(server, token)).headers.get("location"));
    expect((await exchange(server, "local", next)).status).toBe(200);
    expect((await exchange(server, "local", next)).status).toBe(401);
    expect((await exchange(server, "local", "guess")).status).toBe(401);
  });

  test("another site's page cannot send it", async () => {
    await using server = await startKnitPkg();
    const token = server.token("ann", "publish:*");
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "https://evil.example" },
    ]) {
      expect((await send(server, token, headers)).status).toBe(403);
    }
    expect((await send(server, token, { "sec-fetch-site": "same-origin" })).status).toBe(303);
  });

  test("the page runs nothing, and stands in no other site's frame", async () => {
    await using server = await startKnitPkg('[registry]\nname = "<b>team</b>"\n');
    const response = await fetch(page(server));
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(await response.text()).toContain("&lt;b&gt;team&lt;/b&gt;");
  });
});

test("a provider that is not configured is told of as that", async () => {
  await using server = await startKnitPkg();
  const { status, text } = await open(`${server.url}/v1/auth/github/authorize`);
  expect(status).toBe(404);
  expect(text).toContain("there is no provider github; there are: local");
});
