/**
 * Failed attempts by address: some at once, then some a minute. Memory is bounded: of too many
 * addresses the one that was quiet the longest is forgotten.
 */

export interface Throttle {
  /** Whether an address has used up its attempts. */
  isSpent(address: string): boolean;
  /** Counts a failed one. Returns whether that was the last. */
  fail(address: string): boolean;
}

export interface ThrottleOptions {
  /** Failed attempts at once. */
  readonly burst?: number;
  /** Until one more is allowed, in milliseconds. */
  readonly refillMs?: number;
  /** Addresses to remember. */
  readonly most?: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

export function createThrottle(options: ThrottleOptions = {}): Throttle {
  const { burst = 20, refillMs = 6_000, most = 10_000, now = () => performance.now() } = options;
  /** How many failures are held against an address, at some time. The quietest is first. */
  const held = new Map<string, { failures: number; at: number }>();

  const failuresOf = (key: string): number => {
    const known = held.get(key);
    return known ? Math.max(0, known.failures - (now() - known.at) / refillMs) : 0;
  };

  return {
    isSpent: (address) => failuresOf(networkOf(address)) > burst - 1,
    fail(address) {
      const key = networkOf(address);
      const failures = failuresOf(key) + 1;
      held.delete(key);
      held.set(key, { failures, at: now() });
      if (held.size > most) held.delete(held.keys().next().value!);
      return failures > burst - 1;
    },
  };
}

/** A host has a whole /64 of IPv6 addresses to try from. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1]!;
  const [head = "", tail = ""] = address.split("%")[0]!.split("::");
  const front = head.split(":").filter(Boolean);
  const back = tail.split(":").filter(Boolean);
  const gap = Array<string>(Math.max(0, 8 - front.length - back.length)).fill("0");
  const groups = address.includes("::") ? [...front, ...gap, ...back] : front;
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, "").toLowerCase())
    .join(":")}::/64`;
}
