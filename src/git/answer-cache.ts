/**
 * Whole answers by the exact request that asked for them. Clients in the same state send the same
 * bytes, and an answer to given bytes changes only with the commit: after the first client of a
 * commit, a clone or a pull costs a look-up.
 */
import { createLru } from "../lru.ts";

/** Blobs, as a server sends one without copying it. */
export interface AnswerCache {
  get(tip: string, question: string): Blob | undefined;
  set(tip: string, question: string, answer: Blob): void;
}

/** Bytes that an answer takes beside its body and its question: most of the many are short. */
const OVERHEAD = 200;

/** @param limit bytes of answers and questions kept; the one least recently used goes first */
export function createAnswerCache(limit: number): AnswerCache {
  const answers = createLru<string, Blob>(
    limit,
    ({ size }, { length }) => size + length + OVERHEAD,
  );
  let current = "";
  return {
    get: (tip, question) => (tip === current ? answers.get(question) : undefined),
    set(tip, question, answer) {
      if (tip !== current) answers.clear();
      current = tip;
      answers.set(question, answer);
    },
  };
}
