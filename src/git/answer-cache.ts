/**
 * Whole answers by the exact request that asked for them. Clients in the same state send the same
 * bytes, and an answer to given bytes changes only with the commit: after the first client of a
 * commit, a clone or a pull costs a look-up.
 */

/** Blobs, as a server sends one without copying it. */
export interface AnswerCache {
  get(tip: string, question: string): Blob | undefined;
  set(tip: string, question: string, answer: Blob): void;
}

/** @param limit bytes of answers kept; the one least recently used goes first */
export function createAnswerCache(limit: number): AnswerCache {
  const answers = new Map<string, Blob>();
  let bytes = 0;
  let current = "";

  const drop = (question: string, answer: Blob) => {
    answers.delete(question);
    bytes -= answer.size;
  };

  return {
    get(tip, question) {
      if (tip !== current) return undefined;
      const answer = answers.get(question);
      if (answer) {
        // Re-inserting keeps the map in order of use.
        answers.delete(question);
        answers.set(question, answer);
      }
      return answer;
    },
    set(tip, question, answer) {
      if (tip !== current) {
        answers.clear();
        bytes = 0;
        current = tip;
      }
      const old = answers.get(question);
      if (old) drop(question, old);
      answers.set(question, answer);
      bytes += answer.size;
      for (const [oldest, bulk] of answers) {
        if (bytes <= limit) break;
        drop(oldest, bulk);
      }
    },
  };
}
