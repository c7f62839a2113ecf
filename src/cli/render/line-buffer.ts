/** Lines written together: a busy server's log would else cost a system call a request. */

export interface LineBuffer {
  add(line: string): void;
  /** Writes what waits. */
  flush(): void;
}

/** How long a line may wait, in milliseconds. */
const WAIT_MS = 50;
/** In characters; more is written at once. */
const MOST_WAITING = 64 * 1024;

export function createLineBuffer(write: (text: string) => void): LineBuffer {
  let waiting = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting !== "") write(waiting);
    waiting = "";
  };
  return {
    add(line) {
      waiting += `${line}\n`;
      if (waiting.length >= MOST_WAITING) flush();
      else timer ??= setTimeout(flush, WAIT_MS);
    },
    flush,
  };
}
