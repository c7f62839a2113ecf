/**
 * `/api/v0/…`: what `moon search`, `moon view`, editors and sites read, field by field as mooncakes.io
 * answers it, and this registry's own reads beside it. `docs/api.md` tells of each.
 */
import { Elysia } from "elysia";
import { Failure } from "../../errors.ts";
import {
  archivePath,
  type Discovery,
  listedModule,
  MAX_LIMIT,
  type ModuleRecord,
  moduleInfo,
  moduleTree,
  noModule,
  resolvedVersion,
  type ServedRegistry,
  yankOf,
} from "../../registry/mod.ts";
import { conditionalJson } from "../conditional.ts";
import { pathAfter, splitRange, splitVersion } from "../module-path.ts";
import { readNumber } from "../query.ts";
import { readSearchQuery } from "../search-query.ts";

const BASE = "/api/v0";
const DAY_MS = 86_400_000;
const LISTS = ["recent", "new", "popular"] as const;

export function mooncakesApiRoutes(
  served: Pick<ServedRegistry, "discovery" | "downloads">,
  baseUrl: (request: Request) => string,
) {
  const { downloads } = served;
  /** Answers with addresses in them are others when the server is reached otherwise. */
  const baseTag = (request: Request) => Bun.hash(baseUrl(request)).toString(36);
  /** An answer about one module. */
  const about =
    (prefix: string, answer: (discovery: Discovery, rest: string, base: string) => unknown) =>
    async ({ request }: { request: Request }) => {
      const discovery = await served.discovery();
      const rest = pathAfter(request, `${BASE}/${prefix}/`);
      // Made in any case: what is not here is no 304.
      const body = answer(discovery, rest, baseUrl(request));
      return conditionalJson(
        request,
        () => `${discovery.commit}.${baseTag(request)}`,
        () => body,
      );
    };
  const manifest =
    (prefix: string) =>
    async ({ request }: { request: Request }) => {
      const discovery = await served.discovery();
      const { module, version } = splitVersion(pathAfter(request, `${BASE}/${prefix}/`));
      const info = moduleInfo(discovery, module, version);
      const state = () => `${discovery.commit}.${baseTag(request)}.${downloads.of(module)}`;
      return conditionalJson(request, state, () => {
        const archive_url = baseUrl(request) + archivePath(module, info.version);
        return { ...info, downloads: downloads.of(module), archive_url };
      });
    };
  const listed = (record: ModuleRecord) => ({
    ...listedModule(record),
    downloads: downloads.of(record.module),
  });
  /** What is new is so by the calendar, too. */
  const listState =
    ({ commit }: Discovery) =>
    () =>
      `${commit}.${Math.floor(Date.now() / DAY_MS)}.${downloads.total()}`;

  return new Elysia({ name: "mooncakes-api" })
    .get(`${BASE}/search`, async ({ request }) => {
      const params = new URL(request.url).searchParams;
      const discovery = await served.discovery();
      const { total, results } = await discovery.search(readSearchQuery(params));
      const headers = { "x-total-count": String(total) };
      return conditionalJson(request, listState(discovery), () => results.map(listed), headers);
    })
    .get(`${BASE}/modules`, async ({ request }) => {
      const params = new URL(request.url).searchParams;
      const discovery = await served.discovery();
      const asked = LISTS.flatMap((name) => {
        const count = readNumber(params, name, Number.MAX_SAFE_INTEGER);
        return count === undefined ? [] : [{ name, count: Math.min(count, MAX_LIMIT) }];
      });
      return conditionalJson(request, listState(discovery), () =>
        asked.length === 0
          ? discovery.modules.map(listed)
          : Object.fromEntries(
              asked.map(({ name, count }) => [name, listOf(discovery, name, count).map(listed)]),
            ),
      );
    })
    .get(`${BASE}/modules/statistics`, async ({ request }) => {
      const { commit, statistics } = await served.discovery();
      const state = () => `${commit}.${downloads.total()}`;
      return conditionalJson(request, state, () => ({
        total_modules: statistics.modules,
        total_versions: statistics.versions,
        total_owners: statistics.owners,
        // The index tells nothing of what is in the archives.
        total_packages: null,
        total_lines: null,
        total_downloads: downloads.total(),
      }));
    })
    .get(`${BASE}/modules/*`, manifest("modules"))
    .get(`${BASE}/manifest/*`, manifest("manifest"))
    .get(`${BASE}/user/:name`, about("user", userModules))
    .get(
      `${BASE}/dependents/*`,
      about("dependents", (discovery, module) => {
        if (!discovery.module(module)) throw noModule(module);
        return { module, dependents: discovery.dependents(module) };
      }),
    )
    .get(
      `${BASE}/tree/*`,
      about("tree", (discovery, rest) => {
        const { module, range } = splitRange(rest, (name) => discovery.module(name) !== undefined);
        return moduleTree(discovery, module, range);
      }),
    )
    .get(
      `${BASE}/resolve/*`,
      about("resolve", (discovery, rest, base) => {
        const { module, range } = splitRange(rest, (name) => discovery.module(name) !== undefined);
        const resolved = resolvedVersion(discovery, module, range);
        return { ...resolved, archive_url: base + archivePath(module, resolved.version) };
      }),
    );
}

function listOf(
  discovery: Discovery,
  name: (typeof LISTS)[number],
  count: number,
): readonly ModuleRecord[] {
  if (name === "recent") return discovery.recent(count);
  return name === "new" ? discovery.newest(count) : discovery.popular(count);
}

function userModules(discovery: Discovery, username: string) {
  const modules = discovery.ownedBy(username);
  if (modules.length === 0) {
    throw new Failure("not-found", `${JSON.stringify(username)} has no module here`);
  }
  return {
    username,
    modules: modules.map(({ module, latest }) => ({
      name: module,
      version: latest,
      ...yankOf(discovery.version(module, latest)!),
    })),
  };
}
