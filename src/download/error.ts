/** Why a download did not work, coarse enough to decide by and to count by. */
export type DownloadErrorKind =
  | "not-found"
  | "denied"
  | "wrong-hash"
  | "truncated"
  | "timeout"
  | "network"
  | "server-error"
  | "disk";

export class DownloadError extends Error {
  override readonly name = "DownloadError";
  readonly kind: DownloadErrorKind;
  /** Of the last answer, if there was one. */
  readonly status: number | undefined;
  /** How long the server asked to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: DownloadErrorKind,
    message: string,
    options: ErrorOptions & { status?: number; retryAfterMs?: number | undefined } = {},
  ) {
    super(message, options);
    this.kind = kind;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** A URL without what may be secret: user, password, query. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
