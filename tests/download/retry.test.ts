import { expect, test } from "bun:test";
import { DownloadError } from "../../src/download/mod.ts";
import { delayBefore, parseRetryAfter, withRetries } from "../../src/download/retry.ts";
import { forAll } from "../support/random.ts";

const error = (retryAfterMs?: number) =>
  new DownloadError("server-error", "no", { status: 503, retryAfterMs });

test("the wait grows twofold up to its bound, and lies anywhere below that", () => {
  const most = (failed: number) =>
    delayBefore(failed, error(), { baseDelayMs: 100, maxDelayMs: 1_000, random: () => 1 });
  expect([1, 2, 3, 4, 5, 50].map(most)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  forAll(200, (random) => {
    const options = { baseDelayMs: 1 + random.int(500), maxDelayMs: 1 + random.int(5_000) };
    const delay = delayBefore(1 + random.int(40), error(), options);
    expect(delay).toBeGreaterThanOrEqual(0);
    expect(delay).toBeLessThanOrEqual(options.maxDelayMs);
  });
});

test("a server's own wish is kept, within the longest wait", () => {
  const options = { baseDelayMs: 100, maxDelayMs: 5_000, random: () => 0 };
  expect(delayBefore(1, error(2_000), options)).toBe(2_000);
  expect(delayBefore(1, error(3_600_000), options)).toBe(5_000);
});

test.each([
  ["7", 7_000],
  ["0", 0],
  ["Sat, 01 Jan 2000 00:00:10 GMT", 10_000],
  ["Fri, 31 Dec 1999 00:00:00 GMT", 0],
  ["soon", undefined],
  [null, undefined],
])("Retry-After %p is %p ms", (header, ms) => {
  expect(parseRetryAfter(header, Date.UTC(2000, 0, 1))).toBe(ms as never);
});

test("who does not answer in time is asked three times", async () => {
  let asked = 0;
  const silent = withRetries(
    async () => {
      asked++;
      throw new DownloadError("timeout", "no answer in time");
    },
    { attempts: 6, sleep: async () => {} },
  );
  await expect(silent).rejects.toThrow("in time");
  expect(asked).toBe(3);
});

test("the waits between tries are those that were worked out", async () => {
  const waited: number[] = [];
  const failing = withRetries(() => Promise.reject(error(50)), {
    attempts: 4,
    baseDelayMs: 100,
    random: () => 1,
    sleep: async (ms) => void waited.push(ms),
  });
  await expect(failing).rejects.toThrow("no");
  expect(waited).toEqual([100, 200, 400]);
});
