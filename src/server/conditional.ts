/** JSON that stands until the index moves: validated by ETag, and not even written when it is known. */
import { VERSION } from "../version.ts";
import { matchesEtag } from "./archive-response.ts";

/**
 * @param state what the answer is made from, such as a commit; a new program may answer otherwise, so
 *   its version is part of the ETag
 */
export function conditionalJson(
  request: Request,
  state: string,
  make: () => unknown,
  extra: Record<string, string> = {},
): Response {
  const etag = `"${state}.${VERSION}"`;
  // To be asked again each time: that costs a 304.
  const headers = { ...extra, etag, "cache-control": "no-cache" };
  if (matchesEtag(request.headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers });
  }
  return Response.json(make(), { headers });
}
