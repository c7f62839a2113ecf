/** Logging in with a real browser. The same over plain HTTP is in tests/server/knitpkg/login.test.ts. */
import { expect, test } from "bun:test";
import { CHROMIUM, startBrowser } from "../support/browser.ts";
import { UNVERIFIED } from "../support/knitpkg.ts";
import { startKnitPkg } from "../support/knitpkg-server.ts";
import { providerTable, startOAuth } from "../support/oauth.ts";

/** Stands for the client that waits on a port. */
function startClient() {
  let code: string | null = null;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const url = new URL(request.url);
      if (url.pathname !== "/callback") return new Response("", { status: 404 });
      code = url.searchParams.get("code");
      return new Response("Login successful!");
    },
  });
  return {
    redirect: `http://127.0.0.1:${server.port}/callback`,
    code: () => code,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

test.if(CHROMIUM !== undefined)(
  "in Chromium somebody logs in through a provider, and with a token",
  async () => {
    using oauth = startOAuth();
    using client = startClient();
    const settings = `${UNVERIFIED}login_redirect = "${client.redirect}"\n`;
    await using server = await startKnitPkg(settings + providerTable("github", oauth.url));
    const token = server.token("bob", "publish:*");
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on("console", (message) => problems.push(message.text()));
      const exchange = async (provider: string) => {
        const body = { code: client.code() };
        const path = `/v1/auth/${provider}/exchange-token`;
        return (await server.ask("POST", path, { body })).json.access_token as string;
      };

      await page.goto(`${server.url}/v1/auth/github/authorize`);
      await page.click("#allow");
      await page.waitForURL(`${client.redirect}?*`);
      const guest = await exchange("github");
      const who = await server.ask("GET", "/v1/auth/whoami", { token: guest });
      expect(who.json).toMatchObject({ username: "ann", provider: "github" });

      await page.goto(`${server.url}/v1/auth/local/authorize`);
      await page.fill("#token", "wrong");
      await page.click("button");
      expect(await page.textContent("[role=alert]")).toBe("That token is not valid here.");
      await page.fill("#token", token);
      await page.click("button");
      await page.waitForURL(`${client.redirect}?*`);
      expect(await exchange("local")).toBe(token);
      // The page's own policy stood in nothing's way; the 401 is the wrong token's.
      expect(problems.filter((each) => !each.includes("401") && !each.includes("404"))).toEqual([]);
    } finally {
      await browser.close();
    }
  },
  30_000,
);
