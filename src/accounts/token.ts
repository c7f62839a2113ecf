/**
 * Tokens: `mbr_` and 256 random bits in base64url. The prefix lets people and scanners of leaked secrets
 * know one. Only their SHA-256 is kept: of so many random bits it gives nothing away, and a slow
 * password hash would only make requests slow.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const PREFIX = "mbr_";

export function newToken(): string {
  return PREFIX + randomBytes(32).toString("base64url");
}

/** Whether it looks like one: what does not is never looked up. */
export function isToken(text: string): boolean {
  return /^mbr_[A-Za-z0-9_-]{43}$/.test(text);
}

/** @returns the SHA-256 of a token, 32 bytes: all that is kept of it */
export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** Compares in a time that tells nothing of where they differ. */
export function sameSecret(a: string | Uint8Array, b: string | Uint8Array): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
