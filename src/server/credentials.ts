/**
 * The token in a request's `Authorization`: bearer, or basic with the token for a password, which is
 * how git and moon send what stands in a URL. Source: RFC 6750 (2.1), RFC 7617.
 */

export interface Credentials {
  readonly scheme: "bearer" | "basic" | "unknown";
  /** Undefined when the header cannot be understood. */
  readonly token: string | undefined;
}

const MAX_HEADER = 4_096;

/** Undefined without the header. */
export function credentialsOf(header: string | null): Credentials | undefined {
  if (header === null) return undefined;
  if (header.length > MAX_HEADER) return { scheme: "unknown", token: undefined };
  const match = /^(bearer|basic) +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header);
  if (!match) return { scheme: "unknown", token: undefined };
  if (match[1]!.toLowerCase() === "bearer") return { scheme: "bearer", token: match[2] };
  const pair = Buffer.from(match[2]!, "base64").toString();
  const colon = pair.indexOf(":");
  return { scheme: "basic", token: colon < 0 ? undefined : pair.slice(colon + 1) };
}
