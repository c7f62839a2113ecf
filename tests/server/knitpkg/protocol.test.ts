/** KnitPkg's protocol: what the client reads of each answer. Source: knitpkg-mt 1.1.1. */
import { afterAll, describe, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { body, COMMIT, OTHER_COMMIT } from "../../support/knitpkg.ts";
import { type KnitPkgServer, startKnitPkg } from "../../support/knitpkg-server.ts";

const REGISTER = "/v1/project/register";
const CORE = "/v1/project/mql5/acme/core";

test("a project is registered, found, resolved, yanked and told of", async () => {
  await using server = await startKnitPkg();
  const token = server.token("ann", "publish:acme/*");
  const registered = await server.ask("POST", REGISTER, { token, provider: "local", body: body() });
  expect(registered.status).toBe(201);
  expect(registered.json).toMatchObject({
    message: "Registered @acme/core 1.0.0",
    project: {
      target: "mql5",
      organization: "acme",
      name: "core",
      version: "1.0.0",
      is_private: false,
      repo_url: "https://git.example/acme/core.git",
      commit_hash: COMMIT,
    },
  });
  expect(await server.ask("POST", REGISTER, { token, body: body() })).toMatchObject({
    status: 200,
  });
  const other = body({ commit_hash: OTHER_COMMIT });
  expect(await server.ask("POST", REGISTER, { token, body: other })).toMatchObject({ status: 409 });
  const second = body({ version: "1.1.0", version_description: "Faster" });
  await server.ask("POST", REGISTER, { token, body: second });

  const resolved = await server.ask("GET", `${CORE}/${encodeURIComponent("^1.0.0 ")}/resolve`);
  expect(resolved).toEqual({
    status: 200,
    json: {
      project_id: expect.any(Number),
      repo_url: "https://git.example/acme/core.git",
      commit_hash: COMMIT,
      provider: "git",
      resolved_version: "1.1.0",
      resolved_version_id: expect.any(Number),
      specifier: "^1.0.0 ",
      target: "mql5",
      type: "package",
      organization: "acme",
      name: "core",
      source_type: "git",
      yanked: false,
      is_public: true,
      verified: false,
      dependencies: {},
    },
  });

  expect(await server.ask("POST", `${CORE}/1.1.0/yank`, { token })).toEqual({
    status: 200,
    json: { message: "Yanked @acme/core 1.1.0 for mql5" },
  });
  expect((await server.ask("GET", `${CORE}/%3E%3D1.0.0/resolve`)).json).toMatchObject({
    resolved_version: "1.0.0",
  });
  expect((await server.ask("GET", `${CORE}/1.1.0/resolve`)).json).toMatchObject({ yanked: true });

  const { json } = await server.ask("GET", CORE);
  expect(json).toMatchObject({
    target: "mql5",
    type: "package",
    organization: "acme",
    name: "core",
    description: "What everything else is built on",
    keywords: ["math", "core"],
    author: "Ann",
    license: "MIT",
    is_private: false,
    published_at: expect.stringMatching(/^\d{4}-.*Z$/),
    repo_url: "https://git.example/acme/core.git",
    versions: [
      { version: "1.1.0", yanked: true, description: "Faster", commit_hash: COMMIT },
      { version: "1.0.0", yanked: false, description: null, commit_hash: COMMIT },
    ],
  });
  for (const yes of ["true", "1", "True"]) {
    const { json } = await server.ask("GET", `${CORE}?skip_versions=${yes}`);
    expect(json.versions).toEqual([]);
  }
  expect((await server.ask("GET", `${CORE}?skip_versions=some`)).status).toBe(400);
  expect(server.bugs).toEqual([]);
});

test("what the client asks before anything else is answered", async () => {
  await using server = await startKnitPkg();
  expect((await server.ask("GET", "/info")).json).toEqual({
    name: "registry",
    version: expect.any(String),
    type: "moonbit-registry",
    auth: { providers: ["local"] },
  });
  expect((await server.ask("GET", "/v1/auth/config")).json).toEqual({
    providers: [
      {
        name: "local",
        auth_url: `${server.url}/v1/auth/local/authorize`,
        local_redirect_uri: "http://localhost:8789/callback",
      },
    ],
  });
  const token = server.token("ann", "read");
  expect(await server.ask("GET", "/v1/auth/whoami", { token, provider: "local" })).toEqual({
    status: 200,
    json: {
      id: "ann",
      username: "ann",
      provider: "local",
      email: null,
      subscription_tier: null,
    },
  });
});

describe("a registration that breaks the rules gets 422, with the field's name", () => {
  const long = (length: number) => "a".repeat(length);
  const cases: [string, unknown, string][] = [
    ["no JSON", "{", "body: is not JSON"],
    ["nothing", "", "body: is not JSON"],
    ["a list", [], "body: must be a JSON object"],
    ["null", "null", "body: must be a JSON object"],
    ["no organization", body({ organization: undefined }), "organization: is missing"],
    ["an organization that is a number", body({ organization: 7 }), "organization: must be a text"],
    ["capitals", body({ organization: "Acme" }), "organization: must be lower-case: acme"],
    ["a way out", body({ organization: ".." }), "organization: must be of a-z"],
    ["a long organization", body({ organization: long(101) }), "organization: must be of a-z"],
    ["a name in capitals", body({ name: "Core" }), "name: must be lower-case: core"],
    ["a name with a slash", body({ name: "a/b" }), "name: must be of a-z"],
    ["an empty name", body({ name: "" }), "name: must not be empty"],
    ["another target", body({ target: "mql6" }), "target: must be one of mql4, mql5"],
    ["MoonBit for a target", body({ target: "moonbit" }), "target: must be one of mql4, mql5"],
    ["another type", body({ type: "game" }), "type: must be one of package, expert"],
    ["no description", body({ description: null }), "description: is missing"],
    ["a long description", body({ description: long(501) }), "description: must have at most 500"],
    ["a list of notes", body({ version_description: [] }), "version_description: must be a text"],
    ["keywords in a text", body({ keywords: "a b" }), "keywords: must be a list, not a string"],
    ["too many keywords", body({ keywords: Array(11).fill("a") }), "keywords: must be at most 10"],
    ["a keyword with a space", body({ keywords: ["a b"] }), "keywords: must each be of letters"],
    ["an author that is none", body({ author: {} }), "author: must be a text, not an object"],
    ["a license that is none", body({ license: 1 }), "license: must be a text, not a number"],
    ["a version that is none", body({ version: "1.0" }), "version: must be a semantic version"],
    ["a version with a v", body({ version: "v1.0.0" }), "version: must be a semantic version"],
    ["a version with a space", body({ version: " 1.0.0" }), "version: must be a semantic version"],
    ["a file", body({ repo_url: "file:///etc" }), "repo_url: must be an http or https URL"],
    ["a program", body({ repo_url: "ext::sh -c id" }), "repo_url: must be an http or https URL"],
    ["ssh", body({ repo_url: "git@github.com:a/b.git" }), "repo_url: must be an http or https URL"],
    ["a secret", body({ repo_url: "https://a:b@c.example/d" }), "repo_url: must hold no user name"],
    ["half a commit", body({ commit_hash: "abc123" }), "commit_hash: must be a whole Git commit"],
    ["no commit", body({ commit_hash: null }), "commit_hash: is missing"],
    ["a list of needs", body({ dependencies: [] }), "dependencies: must be an object"],
    ["a need of nothing", body({ dependencies: { "": "*" } }), 'dependencies: "" is no @organi'],
    ["a local need", body({ dependencies: { a: "../a" } }), "dependencies: a is a local path"],
    ["a need that is no range", body({ dependencies: { a: "latest" } }), "dependencies: a: "],
    ["a need in a number", body({ dependencies: { a: 1 } }), "dependencies: a must be a specifier"],
    ["an unknown need", body({ dependencies: { a: "*" } }), "dependencies: @acme/a is not registe"],
    ["privacy in a text", body({ is_private: "yes" }), "is_private: must be true or false"],
  ];
  for (const [what, sent, detail] of cases) {
    test(what, async () => {
      const { status, json } = await (await shared()).ask("POST", REGISTER, {
        token: await annToken(),
        body: sent,
      });
      expect(json).toEqual({ detail: expect.stringContaining(detail) });
      expect((json.detail as string).startsWith(detail)).toBe(true);
      expect(status).toBe(422);
    });
  }

  test("but one that is too large gets 413", async () => {
    const sent = body({ description: long(300_000) });
    expect(
      await (await shared()).ask("POST", REGISTER, { token: await annToken(), body: sent }),
    ).toEqual({
      status: 413,
      json: { detail: "the body is larger than 256 KiB" },
    });
  });

  test("as do other bodies", async () => {
    const server = await shared();
    const token = await annToken();
    const ask = async (path: string, sent: unknown) =>
      await server.ask("POST", path, { token, body: sent });
    expect(await ask("/v1/auth/local/exchange-token", {})).toEqual({
      status: 422,
      json: { detail: "code: is missing" },
    });
    expect(await ask("/v1/auth/local/exchange-token", { code: 1 })).toMatchObject({ status: 422 });
    expect(await ask("/v1/telemetry/install", { project_id: [1], version: ["1.0.0"] })).toEqual({
      status: 200,
      json: { message: "ok" },
    });
    expect((await ask("/v1/telemetry/install", { project_id: "1" })).json.detail).toStartWith(
      "project_id: ",
    );
    expect((await ask("/v1/telemetry/install", { project_id: [1] })).json.detail).toStartWith(
      "version: ",
    );
    expect((await ask("/v1/organization/acme/members", {})).json.detail).toBe("member: is missing");
    expect(server.bugs).toEqual([]);
  });
});

describe("errors are {detail} with the status that fits", () => {
  const cases: [string, string, string, number, string][] = [
    ["an unknown path", "GET", "/v1/nothing", 404, "nothing is at /v1/nothing"],
    ["half a path", "GET", "/v1/project/mql5/acme", 404, "nothing is at"],
    ["a path that cannot be decoded", "GET", "/v1/project/mql5/acme/%ff", 404, "nothing is at"],
    ["a member in no UTF-8", "DELETE", "/v1/organization/acme/members/%ff", 404, "nothing is at"],
    ["an unknown project", "GET", CORE, 404, "there is no project @acme/core for mql5"],
    ["a project of the Git folder", "GET", "/v1/project/mql5/.git/x", 404, "there is no project"],
    ["an unknown target", "GET", "/v1/search/mql9", 404, "there is no target mql9"],
    ["an odd page", "GET", "/v1/search/mql5?page=0", 422, "page: must be a number from 1"],
    ["a big page", "GET", "/v1/search/mql5?page_size=1000", 422, "page_size: must be a number"],
    ["an odd order", "GET", "/v1/search/mql5?sort_order=up", 422, "sort_order: must be asc or"],
    ["an odd field", "GET", "/v1/search/mql5?sort_by=__proto__", 422, "sort_by: must be one of"],
    ["a change without a token", "POST", REGISTER, 401, "this needs a token"],
    ["a yank without a token", "POST", `${CORE}/1.0.0/yank`, 401, "this needs a token"],
    ["somebody without a token", "GET", "/v1/auth/whoami", 401, "this needs a token"],
    ["a range for MoonBit", "GET", "/v1/project/moonbit/a/b/latest/resolve", 422, ""],
    [
      "an unknown module",
      "GET",
      "/v1/project/moonbit/a/b/*/resolve",
      404,
      'there is no module "a/b"',
    ],
  ];
  for (const [what, method, path, status, detail] of cases) {
    test(what, async () => {
      const answer = await (await shared()).ask(method, path);
      expect(answer.json).toEqual({ detail: expect.stringContaining(detail) });
      expect(answer.status).toBe(status);
    });
  }

  test("a range that is none says how one is written", async () => {
    await using server = await startKnitPkg();
    const token = server.token("ann", "publish:*");
    await server.ask("POST", REGISTER, { token, body: body() });
    for (const odd of ["v1.2.3", "1.0", "latest", "%20"]) {
      const { status, json } = await server.ask("GET", `${CORE}/${odd}/resolve`);
      expect([status, String(json.detail).length > 20]).toEqual([422, true]);
    }
    expect((await server.ask("GET", `${CORE}/9.9.9/resolve`)).json.detail).toBe(
      "no version of @acme/core matches 9.9.9; there are: 1.0.0",
    );
  });

  test("a token that is wrong, or of another provider, is refused", async () => {
    const server = await shared();
    const token = `mbr_${"a".repeat(43)}`;
    expect(await server.ask("GET", CORE, { token })).toMatchObject({ status: 401 });
    const right = await annToken();
    const claimed = await server.ask("GET", "/v1/auth/whoami", {
      token: right,
      provider: "github",
    });
    expect(claimed.status).toBe(401);
    expect(claimed.json.detail).toStartWith("X-Provider: the token is not one of github");
  });

  test("a token for other names is refused", async () => {
    const server = await shared();
    const token = server.token("other", "publish:other/*");
    const { status, json } = await server.ask("POST", REGISTER, { token, body: body() });
    expect(status).toBe(403);
    expect(json.detail).toStartWith("these credentials may not publish acme/core");
  });
});

test("changes take a bearer token: browsers send the other kind on their own", async () => {
  const server = await shared();
  const basic = Buffer.from(`x:${await annToken()}`).toString("base64");
  const response = await fetch(server.url + REGISTER, {
    method: "POST",
    headers: { authorization: `Basic ${basic}` },
    body: JSON.stringify(body()),
  });
  expect(response.status).toBe(401);
});

test("a private project is its members' alone, in search and in counts too", async () => {
  await using server = await startKnitPkg();
  const ann = server.token("ann", "publish:*");
  const eve = server.token("eve", "publish:*");
  const root = server.token("root", "admin");
  await server.ask("POST", REGISTER, { token: ann, body: body() });
  const secret = body({ name: "secret", is_private: true });
  expect((await server.ask("POST", REGISTER, { token: ann, body: secret })).status).toBe(201);

  const path = "/v1/project/mql5/acme/secret";
  const unknown = await server.ask("GET", "/v1/project/mql5/acme/nothin", { token: eve });
  for (const token of [undefined, eve]) {
    for (const ask of [path, `${path}/*/resolve`]) {
      const { status, json } = await server.ask("GET", ask, token ? { token } : {});
      expect(status).toBe(404);
      expect(json).toEqual({
        detail: String(unknown.json.detail).replace("nothin", "secret"),
      });
    }
    const found = await server.ask("GET", "/v1/search/mql5", token ? { token } : {});
    expect(found.json).toMatchObject({ total_results: 1, results: [{ name: "core" }] });
  }
  for (const token of [ann, root]) {
    expect((await server.ask("GET", `${path}/*/resolve`, { token })).json).toMatchObject({
      is_public: false,
    });
    expect((await server.ask("GET", "/v1/search/mql5", { token })).json.total_results).toBe(2);
  }
  const members = "/v1/organization/acme/members";
  expect((await server.ask("GET", members, { token: eve })).status).toBe(403);
  const add = { token: ann, body: { member: "eve" } };
  expect((await server.ask("POST", members, add)).json).toEqual({
    message: "eve is a member of acme",
  });
  expect((await server.ask("GET", path, { token: eve })).status).toBe(200);
  expect((await server.ask("GET", members, { token: eve })).json).toEqual({
    owner: "local:ann",
    members: ["local:eve"],
  });
  expect((await server.ask("DELETE", `${members}/eve`, { token: eve })).status).toBe(403);
  expect((await server.ask("DELETE", `${members}/local%3Aeve`, { token: ann })).status).toBe(200);
  expect((await server.ask("GET", path, { token: eve })).status).toBe(404);
});

test("changes are in the audit log, without a secret, refused ones too", async () => {
  await using server = await startKnitPkg();
  const ann = server.token("ann", "publish:*");
  const eve = server.token("eve", "publish:*");
  await server.ask("POST", REGISTER, { token: ann, body: body() });
  await server.ask("POST", REGISTER, { token: eve, body: body({ version: "2.0.0" }) });
  const log = await Bun.file(server.registry.paths.audit).text();
  const lines = log
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    {
      who: "local:ann",
      what: "knitpkg register",
      target: "@acme/core 1.0.0 for mql5",
      result: "done",
    },
    { who: "local:eve", what: "knitpkg register", result: expect.stringMatching(/^refused: /) },
  ]);
  expect(log).not.toContain(ann);
  expect(log).not.toContain(eve);
});

test("whatever is registered, it is refused in words, and nothing is a bug", async () => {
  await using server = await startKnitPkg();
  const token = server.token("ann", "publish:*");
  for (const odd of [{ organization: { toString: 1 } }, [], null, 7, "text", { name: [[]] }]) {
    const { status, json } = await server.ask("POST", REGISTER, { token, body: odd });
    expect([status, Object.keys(json)]).toEqual([422, ["detail"]]);
  }
  expect(server.bugs).toEqual([]);
});

test("a browser is told what went wrong as `kp` is: in a line of JSON, with nothing of the server's", async () => {
  await using server = await startKnitPkg("[server]\nrequire_read_token = true\n");
  const response = await fetch(server.url + CORE, { headers: { accept: "text/html" } });
  expect(response.status).toBe(401);
  expect(response.headers.get("content-type")).toStartWith("application/json");
  expect(Object.keys((await response.json()) as object)).toEqual(["detail"]);
  expect(server.bugs).toEqual([]);
});

test("a registry that is private answers nobody, but tells how to log in", async () => {
  await using server = await startKnitPkg("[server]\nrequire_read_token = true\n");
  expect(await server.ask("GET", "/info")).toEqual({
    status: 200,
    json: { name: "private registry", type: "moonbit-registry", auth: { providers: ["local"] } },
  });
  expect(await server.ask("GET", "/v1/auth/config")).toMatchObject({ status: 200 });
  const { status, json } = await server.ask("GET", "/v1/search/mql5");
  expect([status, Object.keys(json)]).toEqual([401, ["detail"]]);
  const token = server.token("ann", "read");
  expect(await server.ask("GET", "/v1/search/mql5", { token })).toMatchObject({ status: 200 });
  expect((await server.ask("GET", "/info", { token })).json).toMatchObject({ name: "registry" });
});

let sharedServer: ReturnType<typeof startKnitPkg> | undefined;
/** One for the many tests that change nothing. */
const shared = () => (sharedServer ??= startKnitPkg());
let sharedToken: string | undefined;
const annToken = async () => (sharedToken ??= (await shared()).token("ann", "publish:acme/*"));
afterAll(async () => (await sharedServer)?.[Symbol.asyncDispose]());

describe("a damaged file is told of to the operator, and its path to no client", () => {
  const spoil = (path: string) => {
    for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
    writeFileSync(path, "no database, and no branch either".repeat(100));
  };
  const isUntold = ({ registry, bugs, warnings }: KnitPkgServer, text: string, file: string) => {
    expect(text).not.toContain(registry.config.registry.dataDir);
    expect(text).toContain("a file of the registry is damaged");
    expect(warnings.join("\n")).toContain(file);
    expect(bugs).toEqual([]);
  };

  test("the branch of the projects", async () => {
    await using server = await startKnitPkg();
    const token = server.token("ann", "publish:acme/*");
    await server.ask("POST", REGISTER, { token, body: body() });
    spoil(join(server.registry.paths.index, "refs", "heads", "knitpkg"));
    const { status, json } = await server.ask("GET", CORE);
    expect(status).toBe(502);
    isUntold(server, String(json.detail), "heads/knitpkg is damaged");
  });

  test.each([
    ["GET", "/v1/auth/whoami"],
    ["POST", "/v1/auth/local/authorize"],
  ])("state.db: %s %s", async (method, path) => {
    await using server = await startKnitPkg();
    const token = server.token("ann", "read");
    spoil(server.registry.paths.state);
    const response = await fetch(server.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      ...(method === "POST" && { body: `token=${token}` }),
    });
    expect(response.status).toBe(502);
    isUntold(server, await response.text(), "state.db is damaged");
  });
});

test("a host whose name is a word of the language itself is any host", async () => {
  await using server = await startKnitPkg();
  const token = server.token("ann", "publish:acme/*");
  const sent = body({ repo_url: "https://constructor/acme/core.git" });
  expect((await server.ask("POST", REGISTER, { token, body: sent })).status).toBe(201);
  expect((await server.ask("GET", `${CORE}/1.0.0/resolve`)).json.provider).toBe("git");
});
