/** A registry that only those with a token may read, and registries that mirror from it. */
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execute, type Served, serve, succeed } from "../support/executable.ts";
import { git, hasGit, tryGit } from "../support/git.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld, initWithSource } from "../support/world.ts";

const MODULE = "moonbitlang/x";
const WRONG = `mbr_${"A".repeat(43)}`;

async function newToken(dir: string, name: string, ...scopes: string[]): Promise<string> {
  const words = scopes.flatMap((scope) => ["--scope", scope]);
  const text = await succeed(["token", "create", name, ...words, "--json"], { cwd: dir });
  return (JSON.parse(text) as { token: string }).token;
}

const makePrivate = (dir: string) =>
  succeed(["config", "server.require_read_token", "true"], { cwd: dir });

const withToken = ({ url }: Pick<Served, "url">, token: string) =>
  url.replace("http://", `http://x:${token}@`);

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** What of an answer could differ between what is there and what is not. */
async function shown(url: string, init: RequestInit = {}) {
  const response = await fetch(url, init);
  const { date, ...headers } = Object.fromEntries(response.headers);
  return { status: response.status, headers, body: await response.text() };
}

/** Sends a request as it is written, which `fetch` would put right. */
async function raw(url: string, target: string, host: string): Promise<string> {
  const answer = Promise.withResolvers<string>();
  let text = "";
  const lines = [`GET ${target} HTTP/1.1`, `Host: ${host}`, "Connection: close", "", ""];
  await Bun.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(url).port),
    socket: {
      open: (socket) => void socket.write(lines.join("\r\n")),
      data(_, chunk) {
        text += chunk.toString("latin1");
      },
      close: () => answer.resolve(text),
    },
  });
  return await answer.promise;
}

describe("a private registry", () => {
  test("tells strangers nothing: whatever they ask, the answer is the same", async () => {
    await using world = await createWorld({ symbols: new Uint8Array([1, 2, 3]) });
    const { dir, entries } = world;
    await succeed(["mirror", MODULE], { cwd: dir });
    await makePrivate(dir);
    const name = "team-zeppelin";
    await succeed(["config", "registry.name", name], { cwd: dir });
    await using server = await serve(dir, ["--public-mirror"]);
    const { version } = entries.find(({ module }) => module === MODULE)!;
    const nothing = await shown(`${server.url}/nothing/is/here`);
    expect(nothing.status).toBe(401);
    expect(nothing.headers["www-authenticate"]).toContain("Basic realm=");
    for (const path of [
      "/",
      "/metrics",
      "/docs",
      "/m/moonbitlang/x",
      "/symbols.zip",
      "/assets/a",
      "/assets/a/b@1.0.0/b.wasm",
      "/index/listing.json",
      `/index/user/${MODULE}.index`,
      "/mooncakes-index/info/refs?service=git-upload-pack",
      `/mooncakes-download/user/${MODULE}/${version}.zip`,
      "/git/index/info/refs?service=git-upload-pack",
      `/user/${MODULE}/${version}.zip`,
      `/user/${encodeURIComponent(`${MODULE}/${version}`)}.zip`,
      `/user/${MODULE}/9.9.9.zip`,
      "/user/no/such/1.0.0.zip",
      "/api/v0/modules",
      `/api/v0/modules/${MODULE}`,
      "/api/v0/modules/statistics",
      "/api/v0/search?kw=x",
      "/api/v0/whoami",
      "/install.sh",
      "/health/",
      "/%68ealth",
      "/health/../metrics",
    ]) {
      const answer = await shown(server.url + path);
      expect({ path, ...answer }).toEqual({ path, ...nothing });
    }
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const answer = await shown(`${server.url}/git/index/git-upload-pack`, { method });
      expect({ method, ...answer }).toEqual({ method, ...nothing });
    }
    // Nor do pages tell them its name, or what runs here.
    for (const path of ["/m/moonbitlang/x", "/v1/auth/local/authorize"]) {
      const page = await shown(server.url + path, { headers: { accept: "text/html" } });
      expect(page.body).toContain("private registry");
      expect(page.body).not.toContain(name);
      expect(page.body).not.toMatch(/moonbit-registry \d/);
    }
    for (const path of ["/health", "/ready"]) {
      expect(await shown(server.url + path)).toMatchObject({
        status: 200,
        body: '{"status":"ok"}',
      });
    }
  }, 20_000);

  test("reads a URL in one way only: no spelling of one path opens another", async () => {
    await using world = await createWorld();
    const { dir, entries } = world;
    await succeed(["mirror", MODULE], { cwd: dir });
    await makePrivate(dir);
    await using server = await serve(dir);
    const { version } = entries.find(({ module }) => module === MODULE)!;
    const archive = `/user/${MODULE}/${version}.zip`;
    for (const [target, host] of [
      [archive, "h"],
      [`/health?${archive}`, "h"],
      [`/health?${archive}`, "registry"],
      [`/ready#${archive}`, "h"],
      [`//health${archive}`, "h"],
      [`/health/..${archive}`, "h"],
      [`${archive}/../../../../health`, "h"],
      [`${archive}#/../../../../../health`, "h"],
      [archive, "h/health?"],
      [archive, "h/health#"],
      [`http://h/health?${archive}`, "h"],
    ] as const) {
      const answer = await raw(server.url, target, host);
      expect({ target, host, answer }).toEqual({
        target,
        host,
        answer: expect.stringMatching(/^HTTP\/1\.1 (?:400|401|200 OK[\s\S]*\{"status":"ok"\}$)/),
      });
      expect(answer).not.toContain("PK");
    }
  });

  test("serves whoever has a token, and lets no cache keep it for others", async () => {
    await using world = await createWorld();
    const { dir, entries } = world;
    await succeed(["mirror", MODULE, "--strict"], { cwd: dir });
    await makePrivate(dir);
    const token = await newToken(dir, "reader", "read");
    await using server = await serve(dir);
    const { version } = entries.find(({ module }) => module === MODULE)!;
    const path = `/user/${encodeURIComponent(`${MODULE}/${version}`)}.zip`;
    const response = await fetch(server.url + path, bearer(token));
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
    expect(response.headers.get("vary")).toBe("authorization");
    expect(await response.bytes()).toEqual(world.archive(MODULE, version)!);
    expect((await fetch(withToken(server, token) + path)).status).toBe(200);
    const ready = await fetch(`${server.url}/ready`, bearer(token));
    expect(await ready.json()).toMatchObject({ index: expect.any(String) });
    const whoami = await fetch(`${server.url}/api/v0/whoami`, bearer(token));
    expect(await whoami.json()).toEqual({ name: "reader", scopes: ["read"] });
    // What is not there is told to those who may know.
    expect((await fetch(`${server.url}/nothing`, bearer(token))).status).toBe(404);
  });

  test("knows at once which tokens are made and taken back, and whether it is private", async () => {
    await using world = await createWorld();
    const { dir } = world;
    await using server = await serve(dir);
    const status = async (token?: string) =>
      (await fetch(server.url, token === undefined ? {} : bearer(token))).status;
    expect(await status()).toBe(200);
    await makePrivate(dir);
    // Settings are looked at some times a second.
    while ((await status()) !== 401) await Bun.sleep(5);
    const token = await newToken(dir, "a", "publish:a/*");
    expect(await status(token)).toBe(200);
    await succeed(["token", "revoke", "a"], { cwd: dir });
    expect(await status(token)).toBe(401);
    // A slip in the file opens nothing.
    await Bun.write(join(dir, "registry.toml"), "[server\n");
    while (!server.log().includes("going on with the settings from before")) await status();
    expect(await status()).toBe(401);
  });

  test("answers while tokens come and go", async () => {
    await using world = await createWorld();
    const { dir } = world;
    await makePrivate(dir);
    const token = await newToken(dir, "steady", "read");
    await using server = await serve(dir);
    const work = Array.from({ length: 8 }, async (_, i) => {
      const other = await newToken(dir, `t${i}`, "read");
      expect((await fetch(server.url, bearer(other))).status).toBe(200);
      await succeed(["token", "revoke", `t${i}`], { cwd: dir });
      expect((await fetch(server.url, bearer(other))).status).toBe(401);
    });
    let done = false;
    const all = Promise.all(work).finally(() => {
      done = true;
    });
    while (!done) expect((await fetch(server.url, bearer(token))).status).toBe(200);
    await all;
    const list = JSON.parse(await succeed(["token", "list", "--json"], { cwd: dir }));
    expect(list).toMatchObject([{ name: "steady" }]);
  });

  test.skipIf(!hasGit)(
    "is cloned and pulled by git with the token in the URL",
    async () => {
      await using world = await createWorld();
      const { dir } = world;
      await succeed(["sync"], { cwd: dir });
      await makePrivate(dir);
      const token = await newToken(dir, "git", "read");
      await using server = await serve(dir);
      const index = `${withToken(server, token)}/git/index`;
      const shallow = join(tempDirectory("clone"), "index");
      // As moon does.
      await git(["clone", "--depth", "1", "--single-branch", "--no-tags", index, shallow]);
      expect(existsSync(join(shallow, `user/${MODULE}.index`))).toBe(true);
      const { entries } = world;
      await world.publish(entries.slice(0, -1));
      await succeed(["sync"], { cwd: dir });
      await git(["-C", shallow, "pull", "-q", "origin", "main"]);
      const full = join(tempDirectory("clone"), "index");
      await git(["clone", "-q", index, full]);
      const head = (at: string) => git(["-C", at, "rev-parse", "HEAD"]);
      expect(await head(full)).toBe(await head(shallow));

      for (const wrong of [server.url, withToken(server, WRONG)]) {
        const { code, stderr } = await tryGit(["clone", `${wrong}/git/index`, join(full, "x")]);
        expect(code).not.toBe(0);
        expect(stderr).toMatch(/Authentication failed|could not read Username/);
      }
      expect(server.log()).not.toContain(token);
    },
    20_000,
  );

  test("stops those who guess, and locks out nobody who was in", async () => {
    await using world = await createWorld();
    const { dir } = world;
    await makePrivate(dir);
    const before = await newToken(dir, "before", "read");
    const after = await newToken(dir, "after", "read");
    await using server = await serve(dir);
    const ask = (token: string) => fetch(server.url, bearer(token));
    expect((await ask(before)).status).toBe(200);
    const statuses = [];
    for (let i = 0; i < 30; i++) statuses.push((await ask(WRONG)).status);
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401));
    expect(statuses.slice(20)).toEqual(Array(10).fill(429));
    const guess = await ask(after);
    expect(guess.status).toBe(429);
    expect(guess.headers.get("retry-after")).toBe("60");
    expect((await ask(before)).status).toBe(200);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    const log = readFileSync(join(dir, "data", "audit.log"), "utf8");
    expect(log.split("\n").filter((line) => line.includes('"login"'))).toHaveLength(20);
    for (const secret of [before, after, WRONG, WRONG.slice(4)]) {
      expect(log + server.log()).not.toContain(secret);
    }
  });
});

test("registries mirror from private registries, two deep, with bearer and with basic", async () => {
  await using world = await createWorld();
  const { entries } = world;
  const first = world.dir;
  await succeed(["sync"], { cwd: first });
  await makePrivate(first);
  const firstToken = await newToken(first, "second", "read");
  await using firstServer = await serve(first);

  const second = tempDirectory("second");
  await succeed(["init", "."], { cwd: second });
  await succeed(
    [
      "source",
      "add",
      "up",
      "--url",
      firstServer.url,
      "--type",
      "moonbit-registry",
      "--token-env",
      "UP_TOKEN",
    ],
    { cwd: second },
  );
  await succeed(["source", "default", "up"], { cwd: second });
  await makePrivate(second);
  const secondToken = await newToken(second, "third", "read");

  // Without the token, with a wrong one: refused, and told which source and which variable.
  const unset = await execute(["sync"], { cwd: second });
  expect(unset.code).toBe(1);
  expect(unset.stderr).toContain("UP_TOKEN is not set");
  const wrong = await execute(["sync"], { cwd: second, env: { UP_TOKEN: WRONG } });
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain("source up");
  expect(wrong.stderr).not.toContain(WRONG);

  const env = { UP_TOKEN: firstToken };
  await succeed(["sync"], { cwd: second, env });
  await using secondServer = await serve(second, [], env);

  const third = tempDirectory("third");
  mkdirSync(join(third, "reg"));
  const dir = join(third, "reg");
  await succeed(["init", "."], { cwd: dir });
  await succeed(
    [
      "source",
      "add",
      "up",
      "--url",
      secondServer.url,
      "--type",
      "moonbit-registry",
      "--username",
      "third",
      "--password-env",
      "UP_PASSWORD",
    ],
    { cwd: dir },
  );
  await succeed(["source", "default", "up"], { cwd: dir });
  const thirdEnv = { UP_PASSWORD: secondToken };
  await succeed(["mirror", MODULE, "--strict"], { cwd: dir, env: thirdEnv });
  await using thirdServer = await serve(dir, ["--offline"]);
  const wanted = entries.filter(({ module }) => module === MODULE);
  expect(wanted.length).toBeGreaterThan(0);
  for (const { version } of wanted) {
    const response = await fetch(`${thirdServer.url}/user/${MODULE}/${version}.zip`);
    expect(await response.bytes()).toEqual(world.archive(MODULE, version)!);
  }
  const said = [firstServer.log(), secondServer.log(), thirdServer.log()].join("");
  const status = await succeed(["status", "--json"], { cwd: dir, env: thirdEnv });
  const config = await succeed(["config"], { cwd: dir, env: thirdEnv });
  for (const secret of [firstToken, secondToken]) {
    expect(said + status + config).not.toContain(secret);
    expect(said).not.toContain(btoa(`third:${secret}`));
  }
}, 30_000);

test("a token goes to its source alone, not where that redirects to", async () => {
  const seen: (string | null)[] = [];
  await using elsewhere = Bun.serve({
    port: 0,
    fetch(request) {
      seen.push(request.headers.get("authorization"));
      return new Response("no", { status: 404 });
    },
  });
  await using home = Bun.serve({
    port: 0,
    fetch: (request) =>
      Response.redirect(`http://127.0.0.1:${elsewhere.port}${new URL(request.url).pathname}`, 307),
  });
  const url = `http://127.0.0.1:${home.port}`;
  const env = { MOONBIT_REGISTRY_TOKEN: WRONG, HOME: tempDirectory("home") };
  const { code, stderr } = await execute(["whoami", "--registry", url], { cwd: env.HOME, env });
  expect(code).toBe(1);
  expect(stderr).toContain(`redirects to http://127.0.0.1:${elsewhere.port}, which gets no token`);
  expect(seen).toEqual([]);
  const dir = tempDirectory("redirected");
  await initWithSource(dir, "http://127.0.0.1:1");
  await succeed(["source", "add", "away", "--url", url, "--token-env", "T"], { cwd: dir });
  await execute(["sync"], { cwd: dir, env: { T: WRONG } });
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.every((each) => each === null)).toBe(true);
});

const OPENSSL = Bun.which("openssl");

test.if(OPENSSL !== null)(
  "a certificate of an authority of one's own is told as that, and trusted when it is named",
  async () => {
    const dir = tempDirectory("authority");
    const [key, cert] = [join(dir, "key.pem"), join(dir, "cert.pem")];
    const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...name];
    expect(Bun.spawnSync([OPENSSL!, ...made, "-keyout", key, "-out", cert]).exitCode).toBe(0);
    await using server = Bun.serve({
      port: 0,
      hostname: "localhost",
      tls: { key: Bun.file(key), cert: Bun.file(cert) },
      fetch: () => Response.json({ name: "me", scopes: ["read"] }),
    });
    const url = `https://localhost:${server.port}`;
    const env = { MOONBIT_REGISTRY_TOKEN: "mbr_x" };
    const whoami = (more: Record<string, string>) =>
      execute(["whoami", "--registry", url], { cwd: dir, env: { ...env, ...more } });
    expect((await whoami({})).stderr).toContain("NODE_EXTRA_CA_CERTS=FILE");
    expect((await whoami({ NODE_EXTRA_CA_CERTS: cert })).stdout).toBe(`me at ${url}: read\n`);
    await succeed(["init", "."], { cwd: dir });
    await succeed(["source", "add", "up", "--url", url], { cwd: dir });
    const sync = await execute(["sync"], { cwd: dir });
    expect([sync.code, sync.stderr]).toEqual([1, expect.stringContaining("NODE_EXTRA_CA_CERTS")]);
  },
);
