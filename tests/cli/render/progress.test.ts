import { describe, expect, test } from "bun:test";
import {
  createLineFilter,
  type Progress,
  progressBar,
  progressText,
} from "../../../src/cli/render/progress.ts";
import { forAll } from "../../support/random.ts";

const HALF: Progress = {
  done: 50,
  total: 100,
  failed: 2,
  bytes: 10 * 1024 * 1024,
  elapsedMs: 5_000,
};

describe("progressText", () => {
  test("tells all there is", () => {
    expect(progressText(HALF)).toBe("50/100  2 failed  10.0 MiB  2.0 MiB/s  ETA 5.0 s");
  });

  test("guesses nothing at the start and at the end", () => {
    const start = { done: 0, total: 100, failed: 0, bytes: 0, elapsedMs: 0 };
    expect(progressText(start)).toBe("0/100  0 B");
    expect(progressText({ ...HALF, done: 100, failed: 0 })).toBe("100/100  10.0 MiB  2.0 MiB/s");
  });
});

describe("progressBar", () => {
  test("fills by the eighth", () => {
    expect(progressBar(HALF, 100)).toBe(
      `${"█".repeat(20)}${"·".repeat(20)}  50%  50/100  2 failed  10.0 MiB  2.0 MiB/s  ETA 5.0 s`,
    );
    expect(progressBar({ ...HALF, done: 51 }, 100)).toStartWith(`${"█".repeat(20)}▍··`);
  });

  test("drops what does not fit", () => {
    expect(progressBar(HALF, 40)).toMatch(/^█+▌?·+ {2}50% {2}50\/100 {2}2 failed/);
    expect(progressBar(HALF, 40)).not.toContain("ETA");
  });

  test("is never wider than the terminal", () => {
    forAll(300, (random) => {
      const total = random.int(100_000);
      const progress = {
        total,
        done: random.int(total + 1),
        failed: random.int(50),
        bytes: random.int(1e12),
        elapsedMs: random.int(1e7),
      };
      const width = random.int(200);
      expect(progressBar(progress, width).length).toBeLessThanOrEqual(width);
    });
  });

  test("stays in the right columns when nothing is to do", () => {
    expect(progressBar({ ...HALF, done: 0, total: 0, failed: 0 }, 60)).toContain(" 100%  0/0");
  });
});

describe("the lines of a log", () => {
  test("come in steps of two seconds or a tenth", () => {
    const isDue = createLineFilter();
    const at = (done: number, elapsedMs: number) =>
      isDue({ ...HALF, total: 1_000, done, elapsedMs });
    expect([
      at(1, 10),
      at(2, 1_999),
      at(3, 2_000),
      at(4, 2_100),
      at(99, 3_999),
      at(99, 4_000),
    ]).toEqual([false, false, true, false, false, true]);
    expect([at(100, 4_001), at(101, 4_002), at(300, 4_003), at(1_000, 4_004)]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });
});
