/**
 * The real `git http-backend` as a request handler: what this project's own upload-pack is held
 * against. Source: git-http-backend(1), RFC 3875 (CGI).
 */
import { basename, dirname } from "node:path";

const HEADER_END = Buffer.from("\r\n\r\n");

export interface BackendOptions {
  /** Take pushes as well. */
  readonly receive?: boolean;
}

/**
 * Serves a bare repository at any path that ends as Git's do, such as `/git/index/info/refs`.
 * One process a request, as a web server in front of it would start.
 */
export function gitHttpBackend(
  gitdir: string,
  { receive = false }: BackendOptions = {},
): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const service = /\/(info\/refs|git-(?:upload|receive)-pack)$/.exec(pathname)?.[1];
    if (!service) return new Response("not found\n", { status: 404 });
    const headers = request.headers;
    const child = Bun.spawn(["git", "http-backend"], {
      env: {
        PATH: process.env.PATH ?? "",
        HOME: "/nonexistent",
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_HTTP_EXPORT_ALL: "1",
        GIT_PROJECT_ROOT: dirname(gitdir),
        PATH_INFO: `/${basename(gitdir)}/${service}`,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        REMOTE_ADDR: "127.0.0.1",
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: "http.receivepack",
        GIT_CONFIG_VALUE_0: String(receive),
        CONTENT_TYPE: headers.get("content-type") ?? "",
        ...optional("CONTENT_LENGTH", headers.get("content-length")),
        ...optional("HTTP_CONTENT_ENCODING", headers.get("content-encoding")),
        ...optional("GIT_PROTOCOL", headers.get("git-protocol")),
      },
      stdin: request.body ?? "ignore",
      stdout: "pipe",
      stderr: "ignore",
    });
    return await cgiResponse(child.stdout);
  };
}

function optional(name: string, value: string | null): Record<string, string> {
  return value === null ? {} : { [name]: value };
}

/** Reads the headers of a CGI answer; its body streams on. */
async function cgiResponse(output: ReadableStream<Uint8Array>): Promise<Response> {
  const reader = output.getReader();
  let head = Buffer.alloc(0);
  while (head.indexOf(HEADER_END) < 0) {
    const { done, value } = await reader.read();
    if (done) return new Response("git http-backend gave no answer\n", { status: 500 });
    head = Buffer.concat([head, value]);
  }
  const end = head.indexOf(HEADER_END);
  const headers = new Headers();
  for (const line of head.toString("latin1", 0, end).split("\r\n")) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const status = Number.parseInt(headers.get("status") ?? "200", 10);
  headers.delete("status");
  const rest = head.subarray(end + HEADER_END.length);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (rest.length > 0) controller.enqueue(rest);
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => reader.cancel(),
  });
  return new Response(body, { status, headers });
}
