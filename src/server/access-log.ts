/** One line a request. */

export interface AccessLine {
  /** ISO 8601. */
  readonly time: string;
  readonly client: string;
  readonly method: string;
  /** Path without its query, where a careless client may have put a secret. */
  readonly path: string;
  readonly status: number;
  /** Until the answer began, in milliseconds. */
  readonly ms: number;
  /** Bytes of the answer's body, when it was known beforehand. */
  readonly bytes: number | undefined;
  readonly agent: string | undefined;
}

export function accessLine(
  request: Request,
  { client, status, ms, bytes }: Pick<AccessLine, "client" | "status" | "ms" | "bytes">,
): AccessLine {
  return {
    time: timeText(Date.now()),
    client,
    method: request.method,
    path: pathOf(request.url),
    status,
    ms: Math.round(ms * 10) / 10,
    bytes,
    agent: request.headers.get("user-agent") ?? undefined,
  };
}

let latest = { ms: Number.NaN, text: "" };

/** Of requests that come in the same millisecond it is made once. */
function timeText(ms: number): string {
  if (ms !== latest.ms) latest = { ms, text: new Date(ms).toISOString() };
  return latest.text;
}

/** What stands between the host and the query. Takes a URL that the server itself put together. */
function pathOf(url: string): string {
  const from = url.indexOf("/", url.indexOf("://") + 3);
  const query = url.indexOf("?", from);
  return url.slice(from, query < 0 ? undefined : query);
}
