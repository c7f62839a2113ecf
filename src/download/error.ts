import { systemCode } from "../errors.ts";

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

/** Codes of a certificate that nobody known here vouches for. Source: OpenSSL, X509_verify_cert(3). */
const UNTRUSTED: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** What to do about a server whose certificate is of an authority that is not known here, if it was that. */
export function trustHint(error: unknown): string | undefined {
  if (!UNTRUSTED.has(systemCode(error) ?? "")) return undefined;
  return "if its certificate is of an authority of your own, name that: NODE_EXTRA_CA_CERTS=FILE (PEM)";
}
