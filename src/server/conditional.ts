/** JSON that stands until the index moves: validated by ETag, and not even written when it is known. */
import { matchesEtag } from "../etag.ts";
import { VERSION } from "../version.ts";
import { reuse } from "./response-cache.ts";

/**
 * @param state what the answer is made from beside what is served, such as a commit and a count; a new
 *   program may answer otherwise, so its version is part of the ETag
 */
export function conditionalJson(
  request: Request,
  state: () => string,
  make: () => unknown,
  extra: Record<string, string> = {},
): Response {
  const before = state();
  const etag = `"${before}.${VERSION}"`;
  // To be asked again each time: that costs a 304.
  const headers = { ...extra, etag, "cache-control": "no-cache" };
  if (matchesEtag(request.headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers });
  }
  return reusableJson(make(), headers, () => state() === before);
}

/** @param holds whether it would be the same now, for as long as the index and the settings stand */
export function reusableJson(
  value: unknown,
  headers: Readonly<Record<string, string>>,
  holds: () => boolean = () => true,
): Response {
  const body = new Blob([JSON.stringify(value)]);
  const response = new Response(body, {
    headers: {
      ...headers,
      "content-type": "application/json;charset=utf-8",
      "content-length": String(body.size),
    },
  });
  return reuse(response, { body: () => (holds() ? body : undefined), size: body.size });
}
