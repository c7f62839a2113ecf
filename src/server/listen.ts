/** Puts the app on an address, and takes it off without dropping a request. */
import { boundAddress, serverAddress } from "../config/mod.ts";
import { Failure, systemCode } from "../errors.ts";
import { type Registry, serveRegistry } from "../registry/mod.ts";
import { type AccessLine, accessLine } from "./access-log.ts";
import { addressed } from "./addressed.ts";
import { createApp } from "./app.ts";
import { responseFor } from "./errors.ts";
import { reachableUrls } from "./reachable.ts";
import { createResponseCache } from "./response-cache.ts";
import { createTraffic } from "./traffic.ts";

export interface ServeOptions {
  /** Default: the configuration's. */
  readonly host?: string;
  /** Default: the configuration's. 0: any that is free. */
  readonly port?: number;
  readonly baseUrl?: string;
  /** Serve what is stored and ask no source for more. */
  readonly offline?: boolean;
  /** Offer the paths of the public mirrors too. */
  readonly publicMirror?: boolean;
  /** Told of every request. */
  readonly log?: (line: AccessLine) => void;
  readonly onBug: (error: unknown) => void;
  /** Told of what an operator should know. */
  readonly warn: (message: string) => void;
}

export interface RunningServer {
  /** Where clients on this machine reach it, or its public URL. */
  readonly url: string;
  /** Where it listens, whatever its public URL is. */
  readonly listening: string;
  /** Where other machines reach it: none when it listens for this one only. */
  readonly others: readonly string[];
  /** Waits for the requests under way, then closes. */
  stop(): Promise<void>;
}

/** Clients that never end their request are cut off after this many seconds. */
const IDLE_SECONDS = 120;
/** How long a request under way may take after the server was told to stop, in milliseconds. */
const STOP_MS = 30_000;
/** Each route has a bound of its own, far below, and says so in words. */
const MAX_BODY = 2 ** 40;

/** @throws {Failure} "io" when the address cannot be had */
export function startServer(registry: Registry, options: ServeOptions): RunningServer {
  const { server: settings } = registry.config;
  const hostname = options.host ?? settings.host;
  const port = options.port ?? settings.port;
  const baseUrl = (options.baseUrl ?? settings.baseUrl).replace(/\/+$/, "");
  const offline = options.offline === true;
  const { publicMirror = false } = options;
  const served = serveRegistry(registry, { offline, warn: options.warn });
  const { log } = options;
  const traffic = createTraffic();
  const cache = createResponseCache({
    generation: served.generation,
    isOpen: () => !served.access.isPrivate() && served.medium.isThere(),
  });
  /** What came, of requests that were given another URL: its connection is known by that alone. */
  const cameAs = new WeakMap<Request, Request>();
  const addressOf = (request: Request): string =>
    server.requestIP(cameAs.get(request) ?? request)?.address ?? "";
  const app = createApp(served, {
    traffic,
    baseUrl: options.baseUrl === undefined ? "" : baseUrl,
    publicMirror,
    client: addressOf,
    onBug: options.onBug,
  });
  const server: Bun.Server<unknown> = listen({
    hostname,
    port,
    // Else another server could listen there as well, and each would get a part of the requests.
    reusePort: false,
    idleTimeout: IDLE_SECONDS,
    maxRequestBodySize: MAX_BODY,
    // Else what goes wrong would be shown with this program's source and where it runs.
    development: false,
    async fetch(sent) {
      const started = performance.now();
      // Of who has left meanwhile it could not be told.
      const client = log ? (server.requestIP(sent)?.address ?? "") : "";
      const { request, refusal } = addressed(sent, own);
      if (request !== sent) cameAs.set(request, sent);
      const { response, bytes } = refusal
        ? { response: refusal, bytes: undefined }
        : await cache
            .respond(request, () => app.fetch(request))
            .catch((error: unknown) => {
              options.onBug(error);
              return { response: responseFor(error), bytes: undefined };
            });
      const { status } = response;
      if (status >= 400 && hasBody(request)) response.headers.set("connection", "close");
      // Elysia gives the answer to a HEAD the length of its own body, which is not the page's (RFC 9110, 8.6).
      if (status === 304) response.headers.delete("content-length");
      traffic.count(request, status, bytes);
      if (!log) return response;
      log(accessLine(request, { status, bytes, client, ms: performance.now() - started }));
      return response;
    },
  });
  const address = { host: hostname, port: server.port ?? port, baseUrl };
  const own = serverAddress({ ...address, baseUrl: "" });
  return {
    url: serverAddress(address),
    listening: boundAddress(address),
    others: reachableUrls(address),
    async stop() {
      const force = setTimeout(() => void server.stop(true), STOP_MS);
      // Both are waited for, also when one of them fails: nobody else would hear of it.
      const ended = await Promise.allSettled([served.close(), server.stop()]);
      clearTimeout(force);
      for (const each of ended) if (each.status === "rejected") throw each.reason;
    },
  };
}

/**
 * Who is refused may still be sending, as nobody reads what was not wanted: Bun would count the request
 * as under way until the client gives up. Closing ends it (RFC 9112, 9.6).
 */
function hasBody({ headers }: Request): boolean {
  return headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) > 0;
}

function listen(options: Parameters<typeof Bun.serve>[0]): Bun.Server<unknown> {
  const { hostname, port } = options as { hostname: string; port: number };
  try {
    return Bun.serve(options);
  } catch (error) {
    const code = systemCode(error);
    if (code === "EADDRINUSE") {
      const hint = "choose another with -p PORT, or stop what is using it";
      throw new Failure("io", `port ${port} on ${hostname} is in use`, hint, { cause: error });
    }
    if (code === undefined) throw error;
    const hint = "check --host and --port";
    throw new Failure("io", `cannot listen on ${hostname}:${port}: ${code}`, hint, {
      cause: error,
    });
  }
}
