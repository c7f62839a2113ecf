/** Whose page made a request, as browsers tell. Sources: Fetch Metadata (`Sec-Fetch-Site`); `Origin`, for browsers without. */

/** "user": by hand, as from the address bar. "unsaid": by an old browser, or by none. */
export type Maker = "own page" | "other page" | "user" | "unsaid";

/** @param host where this server's own pages are, such as `registry.example:8443` */
export function madeBy({ headers }: Request, host: string | null): Maker {
  const site = headers.get("sec-fetch-site");
  if (site === "none") return "user";
  if (site !== null) return site === "same-origin" ? "own page" : "other page";
  const origin = headers.get("origin");
  if (origin === null) return "unsaid";
  return URL.parse(origin)?.host === host ? "own page" : "other page";
}
