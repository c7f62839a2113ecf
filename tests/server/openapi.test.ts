/** The OpenAPI document says what is answered: no field more, no field less. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { openDirectory, packModule } from "../../src/packaging/mod.ts";
import { createComparison, type Schema, type Schemas } from "../support/json-schema.ts";
import { type KnitPkgServer, startKnitPkg } from "../support/knitpkg-server.ts";
import { type SampleModule, writeModule } from "../support/module.ts";
import { fetched, SOURCE } from "../support/published.ts";

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<
    Record<string, { readonly content?: { readonly "application/json": { schema: Schema } } }>
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Schemas };
}

const MODULES: readonly SampleModule[] = [
  {
    name: "alice/json",
    fields: {
      description: "Reads and writes JSON.",
      keywords: ["json"],
      repository: "https://git.example/alice/json",
    },
  },
  { name: "alice/tool" },
  {
    name: "alice/app",
    fields: {
      // Of the latter nothing is stored.
      deps: { "alice/json": "0.1.0", "far/away": "1.0.0" },
      "bin-deps": { "alice/tool": "0.1.0" },
    },
  },
];

let server: KnitPkgServer;
let document: Document;
let tokens: Readonly<Record<"publisher" | "nobody", string>>;

beforeAll(async () => {
  server = await startKnitPkg(SOURCE);
  await fetched(server.registry, "up", { "far/away": ["1.0.0"] });
  document = (await (await fetch(`${server.url}/api/v0/openapi.json`)).json()) as Document;
  tokens = { publisher: server.token("ann", "publish:alice/*"), nobody: "mbr_none" };
});
afterAll(async () => await server[Symbol.asyncDispose]());

async function archiveOf(sample: SampleModule): Promise<Buffer<ArrayBuffer>> {
  return Buffer.concat(await Array.fromAsync(packModule(await openDirectory(writeModule(sample)))));
}

/** What is asked, in this order: operation, method, path and query, status; body. */
type Question = readonly [
  operation: string,
  request: string,
  status: number,
  body?: string | Buffer<ArrayBuffer> | undefined,
  token?: string,
];

async function questions(): Promise<Question[]> {
  const [json, tool, app] = await Promise.all(MODULES.map(archiveOf));
  const other = await archiveOf({ ...MODULES[1], files: { more: "" } });
  const wrong = await archiveOf({ name: "alice/wrong", version: "1" });
  const big = Buffer.alloc(64 * 1024 * 1024 + 1);
  const published = "/modules/alice/json/0.1.0";
  return [
    ["publish", `PUT ${published}?dry_run=1`, 200, json],
    ["publish", `PUT ${published}?dry_run=perhaps`, 400, json],
    ["publish", `PUT ${published}`, 201, json],
    ["publish", `PUT ${published}`, 200, json],
    ["publish", `PUT ${published}`, 401, json, tokens.nobody],
    ["publish", "PUT /modules/bob/json/0.1.0", 403, json],
    ["publishByManifest", "POST /publish", 201, tool],
    ["publishByManifest", "POST /publish", 201, app],
    ["publishByManifest", "POST /publish", 409, other],
    ["publishByManifest", "POST /publish", 422, wrong],
    ["publishByManifest", "POST /publish", 413, big],
    ["yank", "POST /modules/alice/tool/0.1.0/yank", 200, '{"reason": "broken"}'],
    ["yank", "POST /modules/alice/tool/0.1.0/yank", 400, '{"reason": "two\\nlines"}'],
    ["yank", "POST /modules/alice/tool/0.1.0/yank", 413, "x".repeat(20_000)],
    ["yank", "POST /modules/alice/tool/0.1.0/yank", 422, "{"],
    ["yank", "POST /modules/alice/tool/9.9.9/yank", 404],
    ["unyank", "POST /modules/alice/json/0.1.0/unyank", 200],
    ["search", "GET /search?kw=json", 200],
    ["search", "GET /search?limit=many", 400],
    ["modules", "GET /modules", 200],
    ["modules", "GET /modules?recent=2&new=1&popular=3", 200],
    ["modules", "GET /modules?recent=few", 400],
    ["statistics", "GET /modules/statistics", 200],
    ["module", "GET /modules/alice/app", 200],
    ["module", "GET /modules/alice/none", 404],
    ["version", "GET /modules/alice/json@0.1.0", 200],
    ["manifest", "GET /manifest/alice/tool", 200],
    ["resolve", "GET /resolve/alice/app/^0.1.0", 200],
    ["resolve", "GET /resolve/alice/app/nonsense", 422],
    ["tree", "GET /tree/alice/app/0.1.0", 200],
    ["tree", "GET /tree/alice/none", 404],
    ["dependents", "GET /dependents/alice/json", 200],
    ["user", "GET /user/alice", 200],
    ["user", "GET /user/nobody", 404],
    ["whoami", "GET /whoami", 200],
    ["whoami", "GET /whoami", 401, undefined, tokens.nobody],
  ];
}

test("every operation answers as its schema says, and every property is answered", async () => {
  const operations = new Map(
    Object.values(document.paths)
      .flatMap((methods) => Object.values(methods))
      .map((each) => [each.operationId, each]),
  );
  const comparison = createComparison(document.components.schemas);
  const asked = new Set<string>();
  const found: unknown[] = [];
  const expected: unknown[] = [];
  for (const [id, request, status, body, token = tokens.publisher] of await questions()) {
    const [method, path] = request.split(" ") as [string, string];
    const response = await fetch(`${server.url}/api/v0${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body }),
    });
    const schema = operations.get(id)?.responses[status]?.content?.["application/json"].schema;
    const problems = schema
      ? comparison.problems(schema, await response.json())
      : ["it is not described"];
    found.push([id, request, response.status, problems]);
    expected.push([id, request, status, []]);
    asked.add(id);
  }
  expect(found).toEqual(expected);
  expect([...asked].sort()).toEqual([...operations.keys()].sort());
  expect(comparison.unseen()).toEqual([]);
});
