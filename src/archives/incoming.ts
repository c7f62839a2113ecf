/**
 * A body while it is being written, for those who want it before it is whole: they read the file as
 * far as it is written and wait for more. However many read, nothing is held in memory for them.
 *
 *     written  ███████████████████░░░░░░░░
 *     reader         ▲ may go up to the last byte written, which is held back until all is verified:
 *                      so nobody ever sees wrong bytes as a whole body
 */
import { closeSync, openSync, readSync } from "node:fs";

export interface Incoming {
  /**
   * The bytes from an offset on. The stream ends when the body is whole and verified, and fails when
   * the body does. Undefined when the body is not coming in any more: it failed, or is about to be
   * in the store.
   */
  read(from: number): ReadableStream<Uint8Array> | undefined;
}

/** The writer's side. */
export interface IncomingFile {
  readonly incoming: Incoming;
  /** @param total bytes of the file so far */
  wrote(total: number): void;
  verified(): void;
  failed(error: unknown): void;
}

const CHUNK = 64 * 1024;

type State = { kind: "running" } | { kind: "verified" } | { kind: "failed"; error: unknown };

/** @param path of a file that is there already */
export function createIncoming(path: string): IncomingFile {
  let written = 0;
  let state: State = { kind: "running" };
  let waiting: (() => void)[] = [];
  const wake = () => {
    const ready = waiting;
    waiting = [];
    for (const resolve of ready) resolve();
  };
  const change = () => new Promise<void>((resolve) => waiting.push(resolve));

  const read = (from: number): ReadableStream<Uint8Array> | undefined => {
    if (state.kind !== "running") return undefined;
    const fd = openSync(path, "r");
    let isOpen = true;
    // Once: soon after, the same number may be another file's.
    const close = () => {
      if (isOpen) closeSync(fd);
      isOpen = false;
    };
    let at = from;
    const readInto = (chunk: Uint8Array): number => {
      try {
        return readSync(fd, chunk, 0, chunk.length, at);
      } catch (error) {
        close();
        throw error;
      }
    };
    return new ReadableStream({
      async pull(controller) {
        for (;;) {
          const end = state.kind === "verified" ? written : written - 1;
          if (state.kind === "running" && at >= end) {
            await change();
            // Whoever wanted it may have gone meanwhile.
            if (!isOpen) return;
            continue;
          }
          if (state.kind !== "failed" && at < end) {
            const chunk = new Uint8Array(Math.min(CHUNK, end - at));
            const count = readInto(chunk);
            at += count;
            controller.enqueue(chunk.subarray(0, count));
            return;
          }
          close();
          if (state.kind === "failed") controller.error(state.error);
          else controller.close();
          return;
        }
      },
      cancel: close,
    });
  };

  return {
    incoming: { read },
    wrote(total) {
      written = total;
      wake();
    },
    verified() {
      state = { kind: "verified" };
      wake();
    },
    failed(error) {
      state = { kind: "failed", error };
      wake();
    },
  };
}
