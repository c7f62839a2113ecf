/** Tokens on the command line, and signing in to a server with them. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execute, serve, succeed } from "../support/executable.ts";
import { tempDirectory } from "../support/temp.ts";

async function registry(): Promise<string> {
  const dir = tempDirectory("tokens");
  await succeed(["init", "."], { cwd: dir });
  return dir;
}

const modeOf = (path: string) => statSync(path).mode & 0o777;

/** Every file below a directory, as one text. */
function contentOf(dir: string): string {
  const names = readdirSync(dir, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

describe("token", () => {
  test("create shows a token once, on stdout alone; list and the disk have none of it", async () => {
    const cwd = await registry();
    const words = [
      "token",
      "create",
      "ci",
      "-s",
      "read",
      "--scope=publish:a/*",
      "--expires",
      "90d",
    ];
    const { code, stdout, stderr } = await execute(words, { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^mbr_[A-Za-z0-9_-]{43}\n$/);
    expect(stderr).toContain("ci has read, publish:a/*, until 20");
    const token = stdout.trim();
    expect(stderr).not.toContain(token);
    const list = await succeed(["token", "list"], { cwd });
    expect(list).toMatch(/^Token {2}Expires {5}Used {3}Created {5}Scopes\nci {5}20/);
    const [found] = JSON.parse(await succeed(["token", "list", "--json"], { cwd }));
    expect(found).toMatchObject({ name: "ci", scopes: ["read", "publish:a/*"], used: null });
    const days = (Date.parse(found.expires) - Date.parse(found.created)) / 86_400_000;
    expect(days).toBeCloseTo(90, 3);
    expect(contentOf(cwd)).not.toContain(token.slice(4));
  });

  test("changes are on record, with who made them", async () => {
    const cwd = await registry();
    await succeed(["token", "create", "ci", "--scope", "admin"], { cwd, env: { USER: "alice" } });
    // As the service's own user, who is nobody in particular.
    const sudo = { USER: "moonbit-registry", SUDO_USER: "alice" };
    await succeed(["token", "revoke", "ci"], { cwd, env: sudo });
    const path = join(cwd, "data", "audit.log");
    expect(modeOf(path)).toBe(0o600);
    const lines = readFileSync(path, "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { who: "local:alice", what: "token create", target: "ci: admin", result: "done" },
      { who: "local:alice", what: "token revoke", target: "ci", result: "done" },
    ]);
  });

  test.each([
    [["token", "create"], 2, "token create wants NAME"],
    [["token", "create", "a/b"], 2, 'a token cannot be called "a/b"'],
    [["token", "create", "ci", "--scope", "publish:a"], 2, '"publish:a" is no scope'],
    [["token", "create", "ci", "--expires", "soon"], 2, '--expires cannot be "soon"'],
    [["token", "create", "ci", "--expires", "0d"], 2, '--expires cannot be "0d"'],
    [["token", "revoke", "nobody"], 1, "there is no token nobody"],
  ])("%j ends with %i: %s", async (words, code, text) => {
    const cwd = await registry();
    const result = await execute(words, { cwd });
    expect(result).toMatchObject({ code, stdout: "" });
    expect(result.stderr).toContain(`error: ${text}`);
    expect(result.stderr).toContain("hint:");
    expect(existsSync(join(cwd, "data", "state.db"))).toBe(false);
  });

  test("of twenty programs that make one at once, one does", async () => {
    const cwd = await registry();
    const results = await Promise.all(
      Array.from({ length: 20 }, () => execute(["token", "create", "ci"], { cwd })),
    );
    expect(results.filter(({ code }) => code === 0)).toHaveLength(1);
    for (const { code, stderr } of results) {
      if (code !== 0) expect(stderr).toContain("there is a token ci already");
    }
  });
});

describe("login", () => {
  async function world() {
    const dir = await registry();
    const { token } = JSON.parse(
      await succeed(["token", "create", "me", "--scope", "publish:me/*", "--json"], { cwd: dir }),
    ) as { token: string };
    const server = await serve(dir);
    const home = tempDirectory("home");
    const env = { HOME: home };
    const file = join(home, ".config", "moonbit-registry", "credentials.json");
    const as = (words: string[], more: { stdin?: string; env?: Record<string, string> } = {}) =>
      execute(words, { cwd: home, ...more, env: { ...env, ...more.env } });
    return { dir, token, server, home, file, as };
  }

  test("keeps a token that the server knows, for its owner alone", async () => {
    const { token, server, file, as, dir } = await world();
    await using _ = server;
    const words = ["login", "--registry", `${server.url}/`, "--token-stdin"];
    const login = await as(words, { stdin: `${token}\n` });
    expect(login).toMatchObject({
      code: 0,
      stdout: `Logged in to ${server.url} as me: publish:me/*\n`,
    });
    expect(modeOf(file)).toBe(0o600);
    expect(modeOf(join(file, ".."))).toBe(0o700);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      version: 1,
      last: server.url,
      tokens: { [server.url]: token },
    });
    expect(await as(["whoami"])).toMatchObject({
      code: 0,
      stdout: `me at ${server.url}: publish:me/*\n`,
    });
    await succeed(["token", "revoke", "me"], { cwd: dir });
    const revoked = await as(["whoami"]);
    expect(revoked.code).toBe(1);
    expect(revoked.stderr).toContain("the token is not valid");
    expect(revoked.stderr).toContain(`moonbit-registry login --registry ${server.url}`);
    expect((await as(["logout"])).stdout).toBe(`Logged out of ${server.url}.\n`);
    expect(readFileSync(file, "utf8")).not.toContain(token);
    expect((await as(["logout", "--registry", server.url])).stdout).toStartWith("Not logged in");
    const said = login.stderr + revoked.stderr + server.log();
    expect(said).not.toContain(token);
  });

  test("keeps nothing that the server does not know", async () => {
    const { server, file, as } = await world();
    await using _ = server;
    const words = ["login", "--registry", server.url, "--token-stdin"];
    for (const stdin of [`mbr_${"A".repeat(43)}`, "", "\n", "two words", "a\u0007b"]) {
      const { code, stdout, stderr } = await as(words, { stdin });
      expect(code).toBeGreaterThan(0);
      expect(stdout).toBe("");
      expect(stderr).toStartWith("error: ");
      expect(stderr).not.toContain("AAAA");
    }
    expect(existsSync(file)).toBe(false);
    const { code, stderr } = await as(["login", "--registry", server.url]);
    expect(code).toBe(2);
    expect(stderr).toContain("--token-stdin");
  });

  test("is not needed with the variables, which go first; a token is its server's alone", async () => {
    const { token, server, file, as } = await world();
    await using _ = server;
    const env = { MOONBIT_REGISTRY_URL: server.url, MOONBIT_REGISTRY_TOKEN: token };
    expect(JSON.parse((await as(["whoami", "--json"], { env })).stdout)).toEqual({
      registry: server.url,
      name: "me",
      scopes: ["publish:me/*"],
    });
    expect(existsSync(file)).toBe(false);
    await as(["login", "--token-stdin", "--registry", server.url], { stdin: token });
    const other = server.url.replace("127.0.0.1", "localhost");
    const elsewhere = await as(["whoami", "--registry", other]);
    expect(elsewhere.stderr).toContain(`there is no token for ${other}`);
    const first = await as(["whoami"], {
      env: { MOONBIT_REGISTRY_TOKEN: `mbr_${"B".repeat(43)}` },
    });
    expect(first.stderr).toContain("the token is not valid");
    // Another login would help nobody.
    expect(first.stderr).toContain("hint:  that is $MOONBIT_REGISTRY_TOKEN, which goes before");
  });

  test("is enough to read by, where no registry is at hand", async () => {
    const { token, server, as, dir } = await world();
    await using _ = server;
    const nowhere = await as(["search", "x"]);
    expect(nowhere.stderr).toContain("hint:  name a server with --registry URL");
    await as(["login", "--token-stdin", "--registry", server.url], { stdin: token });
    expect((await as(["search", "x"])).stderr).toBe(`Nothing found in ${server.url}.\n`);
    expect((await as(["search", "x", "-d", dir])).stderr).toContain(`Nothing found in ${dir}.`);
  });

  test("says what is wrong with the server or the file", async () => {
    const { server, file, as, token } = await world();
    await using _ = server;
    expect((await as(["whoami"])).stderr).toContain("which server? none was named");
    expect((await as(["whoami", "--registry", "ftp://x"])).stderr).toContain("http or https");
    const secret = "http://x:hidden@127.0.0.1";
    expect((await as(["whoami", "--registry", secret])).stderr).not.toContain("hidden");
    const env = { MOONBIT_REGISTRY_TOKEN: token };
    expect((await as(["whoami", "--registry", "http://127.0.0.1:1"], { env })).stderr).toContain(
      "http://127.0.0.1:1 cannot be reached",
    );
    await using page = Bun.serve({ port: 0, fetch: () => new Response("<html>hello\u001b[31m") });
    const notOurs = await as(["whoami", "--registry", `http://127.0.0.1:${page.port}`], { env });
    expect(notOurs.stderr).toContain("not as a registry does");
    await using evil = Bun.serve({
      port: 0,
      fetch: () =>
        Response.json({ error: { code: "usage", message: "a\u001b[31mb\nc" } }, { status: 400 }),
    });
    const painted = await as(["whoami", "--registry", `http://127.0.0.1:${evil.port}`], { env });
    expect(painted.stderr).not.toContain("\u001b");
    await as(["login", "--token-stdin", "--registry", server.url], { stdin: token });
    writeFileSync(file, "{");
    expect((await as(["whoami"])).stderr).toContain("cannot be understood");
  });
});
