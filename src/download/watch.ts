/** Ends a request that shows no sign of life, or that its caller does not want any more. */

export interface Watch {
  readonly signal: AbortSignal;
  /** The next sign of life must come within so many milliseconds. */
  expect(ms: number): void;
  /** Nothing more is waited for. */
  end(): void;
  /** Whether it was the time that ended it. */
  expired(): boolean;
}

export function createWatch(outer: AbortSignal | undefined): Watch {
  const controller = new AbortController();
  const forward = () => controller.abort(outer?.reason);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let late = false;
  if (outer?.aborted) forward();
  outer?.addEventListener("abort", forward, { once: true });
  return {
    signal: controller.signal,
    expect(ms) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        late = true;
        controller.abort();
      }, ms);
    },
    end() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", forward);
    },
    expired: () => late,
  };
}
