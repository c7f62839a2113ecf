/** `/info` and `/v1/**`: KnitPkg's protocol, as `kp` speaks it. `knitpkg-auth.ts` has `/v1/auth`. */

import { Elysia } from "elysia";
import { Failure } from "../../errors.ts";
import { percentDecoded } from "../../percent.ts";
import { isTarget, personText, TARGETS } from "../../projects/mod.ts";
import { MOONBIT, parseInstalls, type ServedRegistry } from "../../registry/mod.ts";
import { VERSION } from "../../version.ts";
import { readJson, textField } from "../body.ts";
import type { Guard } from "../guard.ts";
import { audited } from "../knitpkg/audited.ts";
import { parseProjectPath } from "../knitpkg/path.ts";
import { readProjectQuery } from "../knitpkg/project-query.ts";
import {
  hitRecord,
  moduleHitRecord,
  moduleRecord,
  projectRecord,
  registeredRecord,
  resolutionRecord,
  searchRecord,
} from "../knitpkg/records.ts";
import { json, lastingJson } from "../knitpkg/respond.ts";
import { requireVisitor, visitorOf } from "../knitpkg/visitor.ts";
import { fromStranger, PRIVATE_NAME } from "../private.ts";
import { readFlag } from "../query.ts";

export interface KnitPkgRouteOptions {
  readonly guard: Guard;
  /** Of this server as the client knows it, without a trailing slash. */
  readonly baseUrl: (request: Request) => string;
}

type Handler = (request: Request) => Response | Promise<Response>;

/** Bodies are read by the handlers, up to a bound. */
const RAW = { parse: "none" } as const;

export function knitpkgRoutes(served: ServedRegistry, options: KnitPkgRouteOptions) {
  const route =
    (handler: Handler) =>
    ({ request }: { request: Request }) =>
      handler(request);
  const { read, yank, register, search } = projectHandlers(served, options);
  const { list, add, remove } = memberHandlers(served, options);

  return new Elysia({ name: "knitpkg" })
    .get(
      "/info",
      route((request) => info(served, options.guard, request)),
    )
    .get("/v1/project/*", route(read))
    .post("/v1/project/register", route(register), RAW)
    .post("/v1/project/*", route(yank), RAW)
    .get("/v1/search/*", route(search))
    .get("/v1/organization/*", route(list))
    .post("/v1/organization/*", route(add), RAW)
    .delete("/v1/organization/*", route(remove), RAW)
    .post("/v1/telemetry/install", route(takeTelemetry), RAW);
}

/** The client asks it without credentials, so a private registry tells strangers how to log in, and no more. */
function info({ name, knitpkg }: ServedRegistry, guard: Guard, request: Request): Response {
  const auth = { providers: knitpkg.login.providers() };
  const about = fromStranger(guard, request) ? { name: PRIVATE_NAME } : { name, version: VERSION };
  return json({ ...about, type: "moonbit-registry", auth });
}

function projectHandlers(
  { knitpkg }: ServedRegistry,
  { guard, baseUrl }: KnitPkgRouteOptions,
): Record<"read" | "yank" | "register" | "search", Handler> {
  return {
    read(request) {
      const url = new URL(request.url);
      const path = parseProjectPath(url.pathname);
      if (path?.kind === "module") {
        const found = knitpkg.resolveModule(path.module, path.version);
        return lastingJson(moduleRecord(found, path.version, baseUrl(request)));
      }
      if (!path || path.kind === "yank") throw nothingAt(url);
      const visitor = visitorOf(guard, request);
      if (path.kind === "project") {
        const project = knitpkg.project(path.name, visitor);
        return lastingJson(projectRecord(project, !readFlag(url.searchParams, "skip_versions")));
      }
      const { project, release } = knitpkg.resolve(path.name, path.version, visitor);
      return lastingJson(resolutionRecord(project, release, path.version));
    },

    async yank(request) {
      const url = new URL(request.url);
      const path = parseProjectPath(url.pathname);
      if (path?.kind !== "yank") throw nothingAt(url);
      const visitor = requireVisitor(guard, request);
      const { name, version } = path;
      const target = `@${name.organization}/${name.name} ${version} for ${name.target}`;
      const change = { request, visitor, what: "knitpkg yank", target };
      const isNew = await audited(guard, change, () => knitpkg.yank(name, version, visitor));
      return json({ message: isNew ? `Yanked ${target}` : `${target} was yanked before` });
    },

    async register(request) {
      const visitor = requireVisitor(guard, request);
      const body = await readJson(request);
      const change = {
        request,
        visitor,
        what: "knitpkg register",
        target: registrationText(body),
      };
      const registered = await audited(guard, change, () => knitpkg.register(body, visitor));
      return json(registeredRecord(registered), registered.isNew ? 201 : 200);
    },

    async search(request) {
      const { pathname, searchParams } = new URL(request.url);
      const target = pathname.slice("/v1/search/".length);
      const query = readProjectQuery(searchParams);
      if (target === MOONBIT) {
        const { modules, total } = await knitpkg.searchModules(query);
        return lastingJson(searchRecord(query, total, modules.map(moduleHitRecord)));
      }
      if (!isTarget(target)) {
        const hint = `there are: ${[...TARGETS, MOONBIT].join(", ")}`;
        throw new Failure("not-found", `there is no target ${target}`, hint);
      }
      const { hits, total } = knitpkg.search(target, query, visitorOf(guard, request));
      return lastingJson(searchRecord(query, total, hits.map(hitRecord)));
    },
  };
}

/**
 * Who is in an organization: not the client's, which has no word for it.
 *
 *     GET     /v1/organization/acme/members
 *     POST    /v1/organization/acme/members  {"member": "github:bob"}
 *     DELETE  /v1/organization/acme/members/github:bob
 */
function memberHandlers(
  { knitpkg }: ServedRegistry,
  { guard }: KnitPkgRouteOptions,
): Record<"list" | "add" | "remove", Handler> {
  const parts = (request: Request) => {
    const url = new URL(request.url);
    const match = /^\/v1\/organization\/([^/]+)\/members(?:\/([^/]+))?$/.exec(url.pathname);
    const [, organization = "", member] = match ?? [];
    if (!match || /%(?![0-9a-f]{2})/i.test(url.pathname)) throw nothingAt(url);
    return { organization, member, nothing: nothingAt(url) };
  };
  const change = async (
    request: Request,
    organization: string,
    kind: "member" | "remove",
    member: string,
  ) => {
    const visitor = requireVisitor(guard, request);
    const target = `${organization}: ${member}`;
    const what = `knitpkg ${kind === "member" ? "add member" : "remove member"}`;
    const changed = await audited(guard, { request, visitor, what, target }, () =>
      knitpkg.changeMember(organization, kind, member, visitor),
    );
    const now = kind === "member" ? "is a member" : "is no member";
    return json({ message: `${member} ${now} of ${organization}${changed ? "" : " already"}` });
  };
  return {
    list(request) {
      const { organization, member, nothing } = parts(request);
      if (member !== undefined) throw nothing;
      const found = knitpkg.members(organization, requireVisitor(guard, request));
      return json({ owner: personText(found.owner), members: found.members.map(personText) });
    },
    async add(request) {
      const { organization, member, nothing } = parts(request);
      if (member !== undefined) throw nothing;
      requireVisitor(guard, request);
      return change(request, organization, "member", textField(await readJson(request), "member"));
    },
    async remove(request) {
      const { organization, member, nothing } = parts(request);
      const name = member === undefined ? undefined : percentDecoded(member);
      if (name === undefined) throw nothing;
      return change(request, organization, "remove", name);
    },
  };
}

/** Installations are not counted here: whoever installs what is nobody's business. */
async function takeTelemetry(request: Request): Promise<Response> {
  parseInstalls(await readJson(request));
  return json({ message: "ok" });
}

function nothingAt({ pathname }: URL): Failure {
  return new Failure("not-found", `nothing is at ${pathname}`);
}

/** What a registration is about, for the log: whatever it turns out to be worth. */
function registrationText(body: unknown): string {
  const fields = (body ?? {}) as Record<string, unknown>;
  const [organization, name, version, target] = ["organization", "name", "version", "target"].map(
    (field) => (typeof fields[field] === "string" ? fields[field] : "?"),
  );
  return `@${organization}/${name} ${version} for ${target}`;
}
