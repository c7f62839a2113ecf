/** Requests to the server under trial. */
import { pause } from "./actor.ts";
import type { Trial } from "./trial.ts";

/** Whoever waits longer was forgotten. */
const PATIENCE_MS = 90_000;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/**
 * Asks once.
 *
 * @returns undefined when the server was ended meanwhile
 */
export async function ask(
  { server, count }: Trial,
  path: string,
  init: RequestInit = {},
): Promise<Answer | undefined> {
  const answer = await server.use(async (url) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(url + path, { ...init, signal });
    return {
      status: response.status,
      headers: response.headers,
      bytes: await response.bytes(),
    };
  });
  if (!answer) count("cut off");
  return answer;
}

/** Asks until it is answered by something other than "not now"; undefined when the soak ends before. */
export async function insist(
  trial: Trial,
  path: string,
  init: RequestInit,
): Promise<Answer | undefined> {
  for (;;) {
    const answer = await ask(trial, path, init);
    if (answer && answer.status !== 503) return answer;
    if (answer) trial.count("busy");
    if (trial.stopping.aborted) return undefined;
    await pause(200, trial.stopping);
  }
}

/** What somebody with a token sends. */
export function signed({ token }: Trial, method: string, body: RequestInit["body"]): RequestInit {
  const headers = {
    authorization: `Bearer ${token}`,
    "x-provider": "local",
    ...(typeof body === "string" && { "content-type": "application/json" }),
  };
  return { method, headers, body };
}

/** An answer that nobody expected, for a message. */
export const told = (path: string, { status, bytes }: Answer): string =>
  `${path} answered ${status}: ${Buffer.from(bytes).toString().slice(0, 500)}`;
