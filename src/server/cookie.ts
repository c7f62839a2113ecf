/** What a browser was told to keep. Source: RFC 6265, 4.2.1. */

/** @returns a cookie's value, the first when there are more of that name */
export function cookieOf({ headers }: Request, name: string): string | undefined {
  const pairs = (headers.get("cookie") ?? "").split(/; */);
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
