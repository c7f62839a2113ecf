/**
 * Whether an `If-None-Match` names this ETag. A weak comparison, as RFC 9110 (13.1.2) has it for this header:
 * whether either of both is marked as weak makes no difference.
 */
export function matchesEtag(header: string | null, etag: string): boolean {
  if (header === null) return false;
  if (header.trim() === "*") return true;
  const wanted = strong(etag);
  return header.split(",").some((each) => strong(each.trim()) === wanted);
}

function strong(etag: string): string {
  return etag.replace(/^W\//, "");
}
