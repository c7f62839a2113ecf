/** Where a redirect leads, and where none may lead. */
import { DownloadError, shownUrl } from "./error.ts";

const MAX_REDIRECTS = 5;

/**
 * @param location as the answer has it: absolute, or relative to `from`
 * @param count redirects that were followed so far
 * @returns the URL to ask next
 * @throws {DownloadError} "network", with the status: to ask again would lead the same way
 */
export function redirected(from: string, location: string, count: number, status: number): string {
  const to = URL.parse(location, from);
  const problem = to ? problemOf(new URL(from), to, count) : "redirects to what is no URL";
  if (to === null || problem !== undefined) {
    throw new DownloadError("network", `${shownUrl(from)} ${problem}`, { status });
  }
  return to.href;
}

function problemOf(from: URL, to: URL, count: number): string | undefined {
  if (count >= MAX_REDIRECTS) return "redirects too often";
  if (!/^https?:$/.test(to.protocol)) return `redirects to ${to.protocol}`;
  if (from.protocol === "https:" && to.protocol === "http:") {
    return `redirects to the insecure ${to.origin}`;
  }
  return undefined;
}
