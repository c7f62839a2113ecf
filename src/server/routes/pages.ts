/** Pages for people: `/`, `/search`, `/m/**`, `/o/**`, `/p/**`, `/docs`. Loaded when the first is asked for. */

import { Elysia } from "elysia";
import { Failure } from "../../errors.ts";
import { matchesEtag } from "../../etag.ts";
import type { ServedRegistry } from "../../registry/mod.ts";
import type { Site } from "../../web/mod.ts";
import { unsent } from "../head-body.ts";
import { pathAfter } from "../module-path.ts";
import { readFlag } from "../query.ts";
import { wantsPage } from "../wants-page.ts";
import { welcome } from "../welcome.ts";

type Web = typeof import("../../web/mod.ts");

export function pageRoutes(served: ServedRegistry, baseUrl: (request: Request) => string) {
  let loaded: Promise<{ web: Web; pages: ReturnType<Web["createPages"]> }> | undefined;
  const load = () => {
    loaded ??= import("../../web/mod.ts").then((web) => ({ web, pages: web.createPages(served) }));
    return loaded;
  };
  const siteOf = (request: Request) => ({ name: served.name, url: baseUrl(request) });

  return new Elysia({ name: "pages" })
    .get("/", async ({ request }) => {
      if (!wantsPage(request)) return welcome(served, baseUrl(request));
      const { web, pages } = await load();
      return web.pageResponse(request, await pages.home(siteOf(request)));
    })
    .get("/_/:name", async ({ request, params }) => {
      const { web } = await load();
      const response = web.assetResponse(request, params.name);
      if (!response) throw notHere(request);
      return response;
    })
    .get("/search", async ({ request }) => {
      const { web, pages } = await load();
      const words = new URL(request.url).searchParams;
      return web.pageResponse(request, await pages.search(siteOf(request), words));
    })
    .get("/search/suggest", async ({ request }) => {
      const { pages } = await load();
      const text = new URL(request.url).searchParams.get("q") ?? "";
      return Response.json(await pages.suggest(siteOf(request), text), {
        headers: { "cache-control": "no-cache", "x-content-type-options": "nosniff" },
      });
    })
    .get("/o/*", async ({ request }) => {
      const { web, pages } = await load();
      const owner = pathAfter(request, "/o/");
      return web.pageResponse(request, await pages.owner(siteOf(request), owner));
    })
    .get("/p/:target", async ({ request, params }) => {
      const { web } = await load();
      const q = (new URL(request.url).searchParams.get("q") ?? "").slice(0, 200);
      const page = web.showProjects(served, siteOf(request), params.target, q);
      if (!page) throw notHere(request);
      return web.pageResponse(request, page);
    })
    .get("/p/:target/:organization/:name", async ({ request, params }) => {
      const { web } = await load();
      const name = readable(request, params);
      return web.pageResponse(request, web.showProject(served, siteOf(request), name));
    })
    .get("/m/*", async ({ request }) => {
      const { web, pages } = await load();
      const { pathname, searchParams } = new URL(request.url);
      const address = web.parseModuleAddress(pathname.slice("/m/".length));
      if (!address) throw notHere(request);
      if (address.page !== "raw") {
        const fetch = readFlag(searchParams, "fetch") && request.method === "GET";
        return web.pageResponse(request, await pages.module(siteOf(request), address, fetch));
      }
      const { size, headers, open } = await pages.raw(address);
      if (matchesEtag(request.headers.get("if-none-match"), headers.etag ?? "")) {
        return new Response(null, { status: 304, headers });
      }
      if (request.method === "HEAD") return new Response(unsent(size), { headers });
      const opened = await open();
      return new Response(opened.body, { headers: opened.headers });
    })
    .get("/docs", ({ request }) => guide(request, ""))
    .get("/docs/http", async ({ request }) => {
      const { web } = await load();
      const { openApi } = await import("../openapi.ts");
      return web.pageResponse(request, web.apiPage(siteOf(request), openApi(baseUrl(request))));
    })
    .get("/docs/:name", ({ request, params }) => guide(request, params.name));

  async function guide(request: Request, name: string): Promise<Response> {
    const { web } = await load();
    const page = await web.guidePage(siteOf(request), name);
    if (!page) throw notHere(request);
    return web.pageResponse(request, page);
  }
}

/** An error that a browser is shown: the same status and words, as a page. */
export async function asPage(request: Request, response: Response, site: Site): Promise<Response> {
  if (!wantsPage(request)) return response;
  const { errorPage, pageResponse } = await import("../../web/mod.ts");
  const { error } = (await response.json()) as { error: { message: string; hint?: string } };
  const { status } = response;
  const page = pageResponse(request, errorPage(site, { status, ...error }), {
    status,
    secret: true,
  });
  for (const name of ["www-authenticate", "retry-after", "allow"]) {
    const value = response.headers.get(name);
    if (value !== null) page.headers.set(name, value);
  }
  return page;
}

/**
 * Parts of a path. Elysia has null for what is no UTF-8 in percent escapes, of which its types know nothing.
 *
 * @throws {Failure} "not-found"
 */
function readable<T extends Readonly<Record<string, string | null>>>(
  request: Request,
  params: T,
): T {
  if (Object.values(params).includes(null)) throw notHere(request);
  return params;
}

function notHere(request: Request): Failure {
  return new Failure("not-found", `nothing is at ${new URL(request.url).pathname}`);
}
