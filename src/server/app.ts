/** Every route of the server, as one Elysia instance that listens nowhere. */
import { Elysia } from "elysia";
import { Failure } from "../errors.ts";
import type { ServedRegistry } from "../registry/mod.ts";
import { isOperators, responseFor } from "./errors.ts";
import { createGuard, type Guard } from "./guard.ts";
import { detailFor } from "./knitpkg/respond.ts";
import { withGuests } from "./knitpkg/visitor.ts";
import { methodsAt, noRoute } from "./methods.ts";
import { keepPrivate, mayPass, PRIVATE_NAME } from "./private.ts";
import { archiveRoutes } from "./routes/archives.ts";
import { assetRoutes } from "./routes/assets.ts";
import { gitRoutes } from "./routes/git.ts";
import { healthRoutes } from "./routes/health.ts";
import { installerRoutes } from "./routes/installer.ts";
import { knitpkgRoutes } from "./routes/knitpkg.ts";
import { knitpkgAuthRoutes } from "./routes/knitpkg-auth.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { mooncakesApiRoutes } from "./routes/mooncakes-api.ts";
import { operateRoutes } from "./routes/operate.ts";
import { asPage, pageRoutes } from "./routes/pages.ts";
import { plainIndexRoutes } from "./routes/plain-index.ts";
import { publicMirrorRoutes } from "./routes/public-mirror.ts";
import { publishRoutes } from "./routes/publish-api.ts";
import { whoamiRoutes } from "./routes/whoami.ts";
import type { Traffic } from "./traffic.ts";

export interface AppOptions {
  /** Without a trailing slash; empty: that of the settings, or what the client asked for. */
  readonly baseUrl: string;
  readonly traffic: Traffic;
  /** The address that a request comes from. */
  readonly client: (request: Request) => string;
  /** Offer the paths of the public mirrors too. */
  readonly publicMirror?: boolean;
  /** Told of every error that is the server's own fault. */
  readonly onBug: (error: unknown) => void;
}

export function createApp(
  served: ServedRegistry,
  { baseUrl, client, publicMirror = false, traffic, onBug }: AppOptions,
) {
  const { access } = served;
  const accounts = withGuests(access.accounts, served.knitpkg.login);
  const guard = createGuard({ ...access, accounts, address: client, onUse: access.used });
  const urlFor = (request: Request) => baseUrl || served.baseUrl || new URL(request.url).origin;
  const shown = (request: Request, response: Response) =>
    asPage(request, response, {
      url: urlFor(request),
      ...(guard.isStranger(request)
        ? { name: PRIVATE_NAME, isHidden: true }
        : { name: served.name }),
    });
  // Else Elysia takes hosts of less than four letters for a part of the path.
  const app = new Elysia({ name: "moonbit-registry", handler: { standardHostname: false } });
  return app
    .onRequest(passing(served, guard))
    .onAfterHandle({ as: "global" }, ({ response }) => keepPrivate(guard, response))
    .onError(({ error: thrown, code, path, request }) => {
      const isUnrouted = code === "NOT_FOUND";
      const methods = isUnrouted ? methodsAt(app, path) : [];
      const error = isUnrouted
        ? noRoute(request.method, path, methods)
        : served.medium.explain(thrown);
      // `kp` reads its errors so, and what it asks for is nothing for a browser to show.
      const isKnitPkg = path.startsWith("/v1/") || path === "/info";
      const response = isKnitPkg ? detailFor(error) : responseFor(error);
      if (methods.length > 0) response.headers.set("allow", methods.join(", "));
      if (response.status === 500 || isOperators(error)) onBug(error);
      return isKnitPkg ? response : shown(request, response);
    })
    .use(gitRoutes(served.git))
    .use(plainIndexRoutes(served.plainIndex))
    .use(archiveRoutes(served))
    .use(assetRoutes(served))
    .use(installerRoutes(served, urlFor))
    .use(mooncakesApiRoutes(served, urlFor))
    .use(publishRoutes(served.publications, guard, urlFor))
    .use(whoamiRoutes(guard))
    .use(metricsRoutes(served, traffic))
    .use(knitpkgAuthRoutes(served, { guard, baseUrl: urlFor, onBug }))
    .use(knitpkgRoutes(served, { guard, baseUrl: urlFor }))
    .use(publicMirror ? publicMirrorRoutes(served) : new Elysia())
    .use(healthRoutes(served, guard))
    .use(pageRoutes(served, urlFor))
    .use(operateRoutes(served, guard, urlFor));
}

/**
 * The router's own path, which Elysia's type leaves out here. Taken apart in the parameter, as Elysia
 * reads what a hook needs from its text, and parses headers and cookies for one that takes all.
 */
function passing(
  { medium, readOnly }: ServedRegistry,
  guard: Guard,
): (context: { request: Request }) => void {
  const pass = ({ request, path }: { request: Request; path: string }) => {
    if (!WITHOUT_REGISTRY.test(path)) medium.check();
    mayPass(guard, request, path);
    if (readOnly) refuseWrites(request, path);
  };
  return pass as (context: { request: Request }) => void;
}

/** Whether the program itself lives, and where to get it, is told without the registry. */
const WITHOUT_REGISTRY = /^\/(?:health$|install\.|dist\/)/;

/** Methods that change nothing. */
const READS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
/** POSTs that change nothing: a fetch, signing in with a token, verifying, counting what is not counted here. */
const READING_POST =
  /\/git-upload-pack$|^\/operate\/(?:sign-in|sign-out|verify)$|^\/v1\/(?:auth\/local|telemetry)\//;

/** @throws {Failure} "forbidden", before any route could begin to write */
function refuseWrites({ method }: Request, path: string): void {
  if (READS.has(method) || (method === "POST" && READING_POST.test(path))) return;
  const hint = "publish to the registry that this is a copy of";
  throw new Failure("forbidden", "this registry is read-only", hint);
}
