/**
 * A sample upstream on a free loopback port.
 *
 *     /git/index/**                the Git handler that it was given
 *     /user/OWNER/NAME/VERSION.zip archives, form-urlencoded or with plain slashes
 *     /symbols.zip
 */
import { createFaults, type FaultOptions, faultyResponse } from "./faults.ts";

export interface UpstreamOptions {
  /** The bytes of a version, or undefined for a 404. */
  readonly archive: (module: string, version: string) => Uint8Array | undefined;
  /** Answers smart HTTP below `/git/index`. Default: 404. */
  readonly git?: (request: Request) => Response | Promise<Response>;
  readonly symbols?: Uint8Array;
  readonly faults?: FaultOptions;
  /** Default: any that is free. */
  readonly port?: number;
}

export interface RecordedRequest {
  readonly method: string;
  /** Decoded, such as `/user/moonbitlang/x/0.4.40.zip`. */
  readonly path: string;
  /** As sent, with the query. */
  readonly rawPath: string;
  readonly headers: Headers;
}

export interface Upstream {
  readonly url: string;
  readonly indexUrl: string;
  /** Every request so far. */
  readonly requests: readonly RecordedRequest[];
  /** Requests for archives so far. */
  archiveRequests(): readonly RecordedRequest[];
  forgetRequests(): void;
  setFaults(faults: FaultOptions): void;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function startUpstream(options: UpstreamOptions): Upstream {
  const requests: RecordedRequest[] = [];
  const attempts = new Map<string, number>();
  let faults = options.faults ?? {};
  let faultOf = createFaults(faults);

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: options.port ?? 0,
    idleTimeout: 60,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const path = decodePath(pathname);
      const { method, headers } = request;
      requests.push({ method, path, rawPath: pathname + search, headers: new Headers(headers) });
      const attempt = (attempts.get(path) ?? 0) + 1;
      attempts.set(path, attempt);
      if (faults.latencyMs) await Bun.sleep(faults.latencyMs);
      const fault = faultOf(path, attempt);
      if (fault) return await faultyResponse(fault, contentOf(options, path) ?? new Uint8Array());
      if (path.startsWith("/git/index/") && options.git) return await options.git(request);
      const content = contentOf(options, path);
      if (!content) return new Response("not found\n", { status: 404 });
      return new Response(content.slice(), { headers: { "content-type": "application/zip" } });
    },
  });

  const url = `http://127.0.0.1:${server.port}`;
  const stop = () => server.stop(true);
  return {
    url,
    indexUrl: `${url}/git/index`,
    requests,
    archiveRequests: () => requests.filter(({ path }) => path.startsWith("/user/")),
    forgetRequests: () => requests.splice(0),
    setFaults(next) {
      faults = next;
      faultOf = createFaults(next);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function contentOf({ archive, symbols }: UpstreamOptions, path: string): Uint8Array | undefined {
  if (path === "/symbols.zip") return symbols;
  const match = /^\/user\/(.+)\/([^/]+)\.zip$/.exec(path);
  return match ? archive(match[1]!, match[2]!) : undefined;
}

/** Form encoding: a plus is a space, but no name or version has one, and versions may have a plus. */
function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch (error) {
    if (error instanceof URIError) return pathname;
    throw error;
  }
}
