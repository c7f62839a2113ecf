/** An index as plain files on a loopback port, as a web server would serve a folder. */
import { byModule, type SampleEntry } from "./upstream/mod.ts";

export interface PlainHost extends Disposable {
  readonly url: string;
  /** `STATUS path` of each answer, decoded. */
  readonly answers: string[];
  entries: readonly SampleEntry[];
  /** Answers in place of the usual, for chosen paths. */
  override: (path: string, request: Request) => Response | undefined;
}

export interface PlainHostOptions {
  readonly entries: readonly SampleEntry[];
  readonly archive: (module: string, version: string) => Uint8Array | undefined;
  readonly listing: boolean;
}

const gitBlob = (text: string) =>
  new Bun.CryptoHasher("sha1").update(`blob ${Buffer.byteLength(text)}\0${text}`).digest("hex");

export function servePlainFiles(options: PlainHostOptions): PlainHost {
  const content = (path: string): string | Uint8Array | undefined => {
    const files = Object.entries(byModule(host.entries)).map(
      ([module, lines]) => [module, lines.map((line) => `${line}\n`).join("")] as const,
    );
    if (path === "/files/listing.json" && options.listing) {
      const modules = Object.fromEntries(files.map(([module, text]) => [module, gitBlob(text)]));
      return JSON.stringify({ format: 1, modules });
    }
    const archive = /^\/user\/(.+)\/([^/]+)\.zip$/.exec(path);
    if (archive) return options.archive(archive[1]!, archive[2]!);
    return files.find(([module]) => path === `/files/user/${module}.index`)?.[1];
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const path = decodeURIComponent(new URL(request.url).pathname);
      const response = host.override(path, request) ?? answer(content(path), request);
      host.answers.push(`${response.status} ${path}`);
      return response;
    },
  });
  const host: PlainHost = {
    url: `http://127.0.0.1:${server.port}`,
    answers: [],
    entries: options.entries,
    override: () => undefined,
    [Symbol.dispose]: () => void server.stop(true),
  };
  return host;
}

function answer(body: string | Uint8Array | undefined, request: Request): Response {
  if (body === undefined) return new Response("not found\n", { status: 404 });
  const etag = `"${new Bun.CryptoHasher("md5").update(body).digest("hex")}"`;
  const isSame = request.headers.get("if-none-match") === etag;
  return new Response(isSame ? null : body.slice(), {
    status: isSame ? 304 : 200,
    headers: { etag },
  });
}
