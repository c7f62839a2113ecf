/** What goes wrong on purpose: at seeded random, or for chosen paths. */
import { createRandom } from "../random.ts";

export type Fault =
  | { readonly kind: "status"; readonly status: number; readonly headers?: Record<string, string> }
  | { readonly kind: "reset" } // the connection breaks before an answer
  | { readonly kind: "abort" } // it breaks in the middle of the body
  | { readonly kind: "short" } // half of the body, ended as if it were whole
  | { readonly kind: "body"; readonly bytes: Uint8Array } // something else, in full
  | { readonly kind: "late"; readonly until: Promise<unknown> } // all in order, but not before that
  | { readonly kind: "hang" }; // no answer until the server stops or the client leaves

export interface FaultOptions {
  readonly seed?: number;
  /** Of 1: requests that fail with 500, 503 or a reset. */
  readonly failRate?: number;
  /** Of 1: bodies that are cut, seen or unseen. */
  readonly truncateRate?: number;
  /** Before each answer. */
  readonly latencyMs?: number;
  /**
   * Chosen faults, before the random ones.
   *
   * @param path decoded, such as `/user/moonbitlang/x/0.4.40.zip`
   * @param attempt from 1: how often that path was asked for
   */
  readonly override?: (path: string, attempt: number) => Fault | undefined;
}

/** Decides the fault of each request. Random ones strike archives only. */
export function createFaults(
  options: FaultOptions,
): (path: string, attempt: number) => Fault | undefined {
  const random = createRandom(options.seed ?? 1);
  const failures: readonly Fault[] = [
    { kind: "status", status: 500 },
    { kind: "status", status: 503 },
    { kind: "reset" },
  ];
  const cuts: readonly Fault[] = [{ kind: "abort" }, { kind: "short" }];
  return (path, attempt) => {
    const chosen = options.override?.(path, attempt);
    if (chosen || !path.startsWith("/user/")) return chosen;
    if (random.chance(options.failRate ?? 0)) return random.pick(failures);
    if (random.chance(options.truncateRate ?? 0)) return random.pick(cuts);
    return undefined;
  };
}

/** What a client gets instead of a body. */
export function faultyResponse(fault: Fault, bytes: Uint8Array): Response | Promise<Response> {
  switch (fault.kind) {
    case "status":
      return new Response("a fault on purpose\n", {
        status: fault.status,
        ...(fault.headers && { headers: fault.headers }),
      });
    case "reset":
      return new Response(brokenStream(new Uint8Array(0)));
    case "abort":
      return new Response(brokenStream(bytes.subarray(0, bytes.length >> 1)));
    case "short":
      return new Response(bytes.slice(0, bytes.length >> 1));
    case "body":
      return new Response(fault.bytes.slice());
    case "late":
      return fault.until.then(() => new Response(bytes.slice()));
    case "hang":
      return new Promise(() => {});
  }
}

/** Some bytes, then a broken connection. An error without a reason is one that Bun does not print. */
function brokenStream(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let sent = bytes.length === 0;
  return new ReadableStream({
    async pull(controller) {
      if (sent) {
        // Let the bytes out first: a body that fails at once is one that never began.
        if (bytes.length > 0) await Bun.sleep(1);
        return controller.error();
      }
      sent = true;
      controller.enqueue(bytes);
    },
  });
}
