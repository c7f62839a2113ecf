/**
 * The real `kp` against a registry, from login to a locked installation. Skipped where there is none.
 * What needs MetaTrader is left out: `get`, which is there on Windows alone, and `build`.
 */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openAccounts } from "../../src/accounts/mod.ts";
import { serve, succeed } from "../support/executable.ts";
import { hasGit } from "../support/git.ts";
import { createKp, KP, manifestOf, startForge } from "../support/kp.ts";
import { tempDirectory } from "../support/temp.ts";

const HEADER = "// One line\n";

/** A port that was free a moment ago: the client listens on the one that the settings name. */
function freePort(): number {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const { port } = server;
  void server.stop(true);
  return port!;
}

/** Signs in on the registry's own page, as a browser would. Gives where that leads. */
async function consent(page: string, token: string): Promise<string> {
  const answer = await fetch(page, {
    method: "POST",
    body: new URLSearchParams({ token }),
    redirect: "manual",
  });
  return answer.headers.get("location") ?? `${answer.status}`;
}

/** The client begins to listen only after it has opened the page. */
async function visit(url: string): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      return await (await fetch(url)).text();
    } catch (error) {
      if (tries > 500) throw error;
      await Bun.sleep(10);
    }
  }
}

describe("the real kp", () => {
  test.if(KP !== undefined && hasGit)(
    "logs in, registers, searches, adds, installs, yanks, and installs what is locked",
    async () => {
      const dir = tempDirectory("kp-registry");
      await succeed(["init", "."], { cwd: dir });
      const port = freePort();
      await succeed(["config", "knitpkg.login_redirect", `http://localhost:${port}/callback`], {
        cwd: dir,
      });
      const accounts = openAccounts(join(dir, "data", "state.db"));
      const token = accounts.create({ name: "ann", scopes: ["publish:acme/*"] });
      accounts.close();
      await using server = await serve(dir);
      using forge = startForge();
      const kp = createKp(server.url);
      const ok = async (cwd: string, args: string[], stdin?: string) => {
        const { code, text } = await kp.run(cwd, args, stdin);
        if (code !== 0) throw new Error(`kp ${args.join(" ")} exited with ${code}: ${text}`);
        return text;
      };

      expect(await ok(dir, ["status"])).toContain("Auth Providers: ['local']");
      expect((await kp.run(dir, ["whoami"])).text).toContain("You are not logged in");

      const { page, done } = await kp.login("local");
      expect(page).toBe(`${server.url}/v1/auth/local/authorize`);
      expect(await visit(await consent(page, token))).toStartWith("Login successful!");
      expect(await done).toMatchObject({ code: 0 });
      expect(await ok(dir, ["whoami"])).toContain("Username: ann Provider: local");

      await forge.add("core", manifestOf("core", "1.0.0"), {
        "knitpkg/include/acme/core/core.mqh": HEADER,
      });
      const core = forge.work("core");
      expect(await ok(core, ["register"])).toContain("Registered @acme/core 1.0.0");
      expect(await ok(core, ["register"])).toContain("is registered already");

      // The same version of another commit.
      writeFileSync(join(core, "note.txt"), "new");
      await forge.push("core");
      const refused = await kp.run(core, ["register"]);
      expect(refused.code).toBe(1);
      expect(refused.text).toContain("@acme/core 1.0.0 is registered with another commit");
      writeFileSync(join(core, "knitpkg.yaml"), manifestOf("core", "1.1.0"));
      const newest = await forge.push("core");
      expect(await ok(core, ["register"])).toContain("Registered @acme/core 1.1.0");

      expect(await ok(dir, ["search", "mql5", "-q", "core"])).toContain("Total results: 1");
      const info = await ok(dir, ["info", "mql5", "@acme/core"]);
      expect(info).toContain("Versions (2 total)");
      expect(info).toContain(newest.slice(0, 16));

      await forge.add("app", manifestOf("app", "0.1.0", "script"), {
        "app.mq5": "void OnStart() {}\n",
      });
      const app = forge.work("app");
      expect(await ok(app, ["add", "@acme/core"])).toContain("@acme/core : ^1.1.0");
      expect(await ok(app, ["install"])).toContain("@acme/core");
      const lock = () => JSON.parse(readFileSync(join(app, "knitpkg/lock.json"), "utf8"));
      expect(existsSync(join(app, "knitpkg/include/acme/core/core.mqh"))).toBe(true);
      expect(lock().dependencies["@acme/core"].resolved).toBe("1.1.0");

      expect(await ok(dir, ["yank", "mql5", "@acme/core", "1.1.0"], "@acme/core\n")).toContain(
        "Yanked @acme/core 1.1.0",
      );
      expect(await ok(dir, ["info", "mql5", "@acme/core"])).toContain("1.1.0 (yanked)");
      // No range chooses it any more; what has it locked still gets it, with a warning.
      expect((await kp.run(app, ["install"])).text).toContain("no version of @acme/core matches");
      expect(await ok(app, ["install", "--locked"])).toContain("has been yanked");

      await ok(dir, ["logout"]);
      expect((await kp.run(core, ["register"])).text).toContain("You are not logged in");
    },
    // Twenty starts of Python: seconds, or a minute where many tests run at once.
    180_000,
  );
});
