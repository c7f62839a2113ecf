/**
 * The API under `/api/v0`, described for programs: an OpenAPI 3.1 document, kept by hand. Paths with
 * `{module}` take a name with its slashes, which OpenAPI cannot say (a parameter ends at a slash):
 * encoded or plain, both are understood.
 *
 * Source: https://spec.openapis.org/oas/v3.1.1.html
 */
import { VERSION } from "../version.ts";
import type {
  OpenApi,
  OpenApiOperation as Operation,
  OpenApiParameter as Parameter,
  OpenApiSchema as Schema,
} from "../web/mod.ts";
import {
  COUNT,
  FLAG,
  failure,
  HASH,
  inPath,
  inQuery,
  json,
  list,
  object,
  orNull,
  ref,
  TEXT,
} from "./openapi-words.ts";

const MODULE = inPath("module", "such as `alice/json`");
const VERSION_PART = inPath("version", "such as `0.1.0`");
const DRY_RUN = inQuery("dry_run", "check everything and change nothing", FLAG);
const NO_SUCH = { 404: failure("no such module or version") };
const WITH_TOKEN: readonly Schema[] = [{ token: [] }, { password: [] }];
const NO_TOKEN = {
  401: failure("no token, or one that is not valid"),
  429: failure("too many wrong tokens"),
};
const REFUSED = {
  ...NO_TOKEN,
  403: failure("the token may not do this, or the name belongs to a source"),
  503: failure("another process writes to the registry"),
};
const BAD_QUERY = { 400: failure("a parameter is not what it should be") };

const ARCHIVE = {
  required: true,
  content: { "application/zip": { schema: { type: "string", format: "binary" } } },
};

function publish(operationId: string, summary: string, parameters: Parameter[]): Operation {
  return {
    operationId,
    summary,
    parameters: [...parameters, DRY_RUN],
    requestBody: ARCHIVE,
    responses: {
      200: json("the same bytes are published already, or it was a dry run", ref("Publication")),
      201: json("published", ref("Publication")),
      409: failure("other bytes are published: `published` and `given` are their hashes"),
      413: failure("the archive is more than 64 MiB"),
      422: failure("the module breaks rules: `problems` has all"),
      ...BAD_QUERY,
      ...REFUSED,
    },
    security: WITH_TOKEN,
  };
}

const BAD_REASON = {
  400: failure("the reason is not one line, or too long"),
  413: failure("the body is more than 16 KiB"),
  422: failure("the body is no reason"),
};

function changeYank(action: "yank" | "unyank", summary: string): Operation {
  const reason = { "application/json": { schema: object({ reason: TEXT }, ["reason"]) } };
  return {
    operationId: action,
    summary,
    parameters: [MODULE, VERSION_PART],
    ...(action === "yank" && { requestBody: { required: false, content: reason } }),
    responses: {
      200: json("as it is now", ref("Yank")),
      ...(action === "yank" && BAD_REASON),
      ...NO_SUCH,
      ...REFUSED,
    },
    security: WITH_TOKEN,
  };
}

const read = (
  operationId: string,
  summary: string,
  schema: Schema,
  parameters: Parameter[] = [],
): Operation => ({
  operationId,
  summary,
  parameters,
  responses: {
    200: json("found", schema),
    ...(parameters.some((each) => each.in === "query") && BAD_QUERY),
    ...(parameters.some((each) => each.in === "path") && NO_SUCH),
  },
});

function ranged(operationId: string, summary: string, schema: string): Operation {
  const range = inPath("range", "such as `^1.2.0`; left out with its slash: the latest version");
  const found = read(operationId, summary, ref(schema), [MODULE, range]);
  return { ...found, responses: { ...found.responses, 422: failure("that is no range") } };
}

const YANKED = { yanked: FLAG, yanked_reason: orNull(TEXT) };

const SCHEMAS: Readonly<Record<string, Schema>> = {
  Error: object({
    error: object(
      {
        code: { type: "string", description: "such as `exists`, `invalid`, `forbidden`" },
        message: TEXT,
        hint: TEXT,
        problems: list(ref("Problem")),
        published: HASH,
        given: HASH,
      },
      ["hint", "problems", "published", "given"],
    ),
  }),
  Problem: object({ file: TEXT, line: COUNT, message: TEXT, fix: TEXT }, ["line"]),
  Publication: object({
    module: TEXT,
    version: TEXT,
    checksum: HASH,
    size: COUNT,
    outcome: { type: "string", enum: ["published", "unchanged", "checked"] },
    files: { ...COUNT, description: "how many the archive holds" },
    line: { type: "string", description: "as it stands in the index" },
    warnings: list(ref("Problem")),
  }),
  Yank: object({ module: TEXT, version: TEXT, ...YANKED }),
  Listed: object(
    {
      name: TEXT,
      version: TEXT,
      description: TEXT,
      keywords: list(TEXT),
      license: TEXT,
      repository: TEXT,
      created_at: TEXT,
      is_new: FLAG,
      downloads: COUNT,
    },
    ["description", "keywords", "license", "repository", "created_at"],
  ),
  Manifest: object({
    module: TEXT,
    version: TEXT,
    latest_version: TEXT,
    ...YANKED,
    versions: list(object({ version: TEXT, ...YANKED, created_at: orNull(TEXT) })),
    metadata: { type: "object", description: "the index line" },
    checksum: HASH,
    dependencies: list(ref("Dependency")),
    dependents: { ...COUNT, description: "how many modules need it" },
    downloads: COUNT,
    archive_url: TEXT,
  }),
  User: object({
    username: TEXT,
    modules: list(object({ name: TEXT, version: TEXT, ...YANKED })),
  }),
  Statistics: object({
    total_modules: COUNT,
    total_versions: COUNT,
    total_owners: COUNT,
    total_packages: orNull(COUNT),
    total_lines: orNull(COUNT),
    total_downloads: COUNT,
  }),
  Caller: object({ name: TEXT, scopes: list(TEXT) }),
  Dependency: object({ module: TEXT, version: TEXT, binary: FLAG }, ["binary"]),
  Resolved: object({
    module: TEXT,
    specifier: orNull(TEXT),
    version: TEXT,
    ...YANKED,
    checksum: HASH,
    archive_url: TEXT,
    repository: orNull(TEXT),
    dependencies: list(ref("Dependency")),
  }),
  Tree: object({
    module: TEXT,
    version: TEXT,
    range: orNull(TEXT),
    modules: list(
      object({
        module: TEXT,
        version: TEXT,
        checksum: HASH,
        ...YANKED,
        dependencies: list(
          object({ module: TEXT, requires: TEXT, version: TEXT, binary: FLAG }, [
            "version",
            "binary",
          ]),
        ),
      }),
    ),
    unmet: list(object({ module: TEXT, version: TEXT, neededBy: TEXT, reason: TEXT })),
  }),
  Dependents: object({
    module: TEXT,
    dependents: list(object({ module: TEXT, version: TEXT, requires: TEXT })),
  }),
};

const LISTS = {
  recent: list(ref("Listed")),
  new: list(ref("Listed")),
  popular: list(ref("Listed")),
};

/** @param url where this server is, without a trailing slash */
export function openApi(url: string): OpenApi {
  const modulePath = "/api/v0/modules/{module}";
  const versionPath = `${modulePath}/{version}`;
  const manifest = (id: string, about: string) => read(id, about, ref("Manifest"), [MODULE]);
  const limits = [
    inQuery("recent", "so many that were published last", COUNT),
    inQuery("new", "so many that are new", COUNT),
    inQuery("popular", "so many that others need most", COUNT),
  ];
  return {
    openapi: "3.1.1",
    info: {
      title: "moonbit-registry",
      version: VERSION,
      summary: "A registry of MoonBit modules: read, publish, yank",
      description:
        "Errors have one form. A method that a path does not take is answered 405 with `Allow`; a private registry answers 401 to whatever comes without a token.",
    },
    servers: [{ url }],
    paths: {
      "/api/v0/search": {
        get: read("search", "modules by name, keywords and description", list(ref("Listed")), [
          inQuery("kw", "words, joined by +", TEXT),
          inQuery("limit", "at most so many, and at most 100; default: 20", COUNT),
          inQuery("offset", "leave out so many", COUNT),
          inQuery("owner", "only modules of this owner", TEXT),
          inQuery("keyword", "only with this keyword", TEXT),
          inQuery("license", "only under this license", TEXT),
          inQuery("sort", "relevance, name, updated or dependents", TEXT),
        ]),
      },
      "/api/v0/modules": {
        get: read(
          "modules",
          "every module; with a parameter, an object of those lists instead",
          { oneOf: [list(ref("Listed")), object(LISTS, Object.keys(LISTS))] },
          limits,
        ),
      },
      "/api/v0/modules/statistics": {
        get: read("statistics", "counts of what is here", ref("Statistics")),
      },
      [modulePath]: { get: manifest("module", "the newest version, and all there are") },
      [`${modulePath}@{version}`]: {
        get: read("version", "one version", ref("Manifest"), [MODULE, VERSION_PART]),
      },
      [versionPath]: {
        put: publish("publish", "publish an archive under its own name and version", [
          MODULE,
          VERSION_PART,
        ]),
      },
      [`${versionPath}/yank`]: {
        post: changeYank("yank", "keep a version from whoever does not ask for exactly it"),
      },
      [`${versionPath}/unyank`]: { post: changeYank("unyank", "take a yank back") },
      "/api/v0/publish": {
        post: publish("publishByManifest", "publish an archive that its manifest names", []),
      },
      "/api/v0/manifest/{module}": { get: manifest("manifest", "as /api/v0/modules/{module}") },
      "/api/v0/resolve/{module}/{range}": {
        get: ranged("resolve", "the version that a range means", "Resolved"),
      },
      "/api/v0/tree/{module}/{range}": {
        get: ranged("tree", "all that a module needs, chosen as moon does", "Tree"),
      },
      "/api/v0/dependents/{module}": {
        get: read("dependents", "the modules that need this one", ref("Dependents"), [MODULE]),
      },
      "/api/v0/user/{username}": {
        get: read("user", "an owner's modules", ref("User"), [inPath("username", "the owner")]),
      },
      "/api/v0/whoami": {
        get: {
          operationId: "whoami",
          summary: "whose token this is",
          responses: {
            200: json("found", ref("Caller")),
            403: failure("the token may not read"),
            ...NO_TOKEN,
          },
          security: WITH_TOKEN,
        },
      },
    },
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        password: { type: "http", scheme: "basic", description: "the token as the password" },
      },
    },
  };
}
