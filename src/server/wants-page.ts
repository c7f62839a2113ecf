/** Who is shown pages: browsers, which say so. Everybody else gets text or JSON. */

export function wantsPage(request: Request): boolean {
  return /\btext\/html\b/.test(request.headers.get("accept") ?? "");
}
