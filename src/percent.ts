/** Percent escapes in addresses. Source: RFC 3986, 2.1. */

/**
 * A path without its percent escapes, or undefined where these are no UTF-8. A plus stays a plus,
 * although form encoding means a space by it: versions such as `0.1.2+3` have one that careless
 * clients leave as it is, and no name has a space.
 *
 * @example percentDecoded("moonbitlang%2Fx%2F0.4.40.zip") → "moonbitlang/x/0.4.40.zip"
 */
export function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
