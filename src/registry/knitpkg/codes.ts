/** Secrets that are worth something once, for a short while, kept in memory alone. */
import { randomBytes } from "node:crypto";

export interface Codes<T> {
  issue(value: T): string;
  /** What a code stands for, once: afterwards, or when it is too old, it is worth nothing. */
  take(code: string): T | undefined;
}

/** More are never outstanding: a flood pushes out the oldest. */
const MOST = 10_000;

export function createCodes<T>(
  lifetimeMs: number,
  now: () => number = () => performance.now(),
): Codes<T> {
  const codes = new Map<string, { value: T; until: number }>();
  return {
    issue(value) {
      const code = randomBytes(32).toString("base64url");
      for (const [old, { until }] of codes) {
        // In the order of their age.
        if (until > now() && codes.size < MOST) break;
        codes.delete(old);
      }
      codes.set(code, { value, until: now() + lifetimeMs });
      return code;
    },
    take(code) {
      const found = codes.get(code);
      codes.delete(code);
      return found && found.until > now() ? found.value : undefined;
    },
  };
}
