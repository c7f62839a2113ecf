/** Where a source keeps things. */
import type { SourceConfig } from "../config/mod.ts";
import type { HttpRequest } from "../download/mod.ts";
import { authHeaders } from "./credentials.ts";

/**
 * The request for a version's archive. The path is one form-urlencoded key, as clients send it.
 *
 * @example archiveRequest(source, "moonbitlang/x", "0.1.2+3").url → "https://…/user/moonbitlang%2Fx%2F0.1.2%2B3.zip"
 */
export function archiveRequest(source: SourceConfig, module: string, version: string): HttpRequest {
  return request(source, `user/${formEncoded(`${module}/${version}`)}.zip`);
}

/** The request for a source's symbol index, which not every source has. */
export function symbolsRequest(source: SourceConfig): HttpRequest {
  return request(source, "symbols.zip");
}

/**
 * Where a prebuilt program may be: beside the archives, as current clients look for it, or at the
 * registry itself, as older ones do.
 *
 * @param path such as `moonbitlang/yacc@0.7.8/yacc.wasm`
 */
export function assetRequests(
  source: SourceConfig,
  path: string,
): { wasm: HttpRequest; checksum: HttpRequest }[] {
  const key = path.split("/").map(encodeURIComponent).join("/").replaceAll("%40", "@");
  const bases = new Set([source.downloadUrl, source.url]);
  return [...bases].map((base) => {
    const url = `${base}/assets/${key}`;
    const credentials = authHeaders({ home: source.url, auth: source.auth }, url);
    return {
      wasm: { url, credentials, patienceMs: source.timeoutMs },
      checksum: { url: `${url}.sha256`, credentials, patienceMs: source.timeoutMs },
    };
  });
}

function request(source: SourceConfig, path: string): HttpRequest {
  const url = `${source.downloadUrl}/${path}`;
  const credentials = authHeaders({ home: source.url, auth: source.auth }, url);
  return { url, credentials, patienceMs: source.timeoutMs };
}

/** Source: URL Standard, application/x-www-form-urlencoded serializing. */
export function formEncoded(key: string): string {
  // Nearly every key: only its slashes are written in another way.
  if (/^[\w./-]*$/.test(key)) return key.replaceAll("/", "%2F");
  return new URLSearchParams([[key, ""]]).toString().slice(0, -1);
}
