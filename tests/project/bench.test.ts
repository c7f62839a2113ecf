/** What the benchmarks make of their figures. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { interleave, ratio, spread } from "../../bench/compare.ts";
import { cpuTime } from "../../bench/cpu.ts";
import { GIT_HOST, startGitHttpBackend } from "../../bench/git-http-backend.ts";
import { missing } from "../../bench/processes.ts";
import { data, table } from "../../bench/report.ts";
import {
  atLeast,
  atMost,
  below,
  isMet,
  type Measured,
  skippedWithout,
} from "../../bench/result.ts";
import { git, makeIndexRepository } from "../support/git.ts";
import { tempDirectory } from "../support/temp.ts";

const measured = (more: Partial<Measured> = {}): Measured => ({
  what: "work",
  unit: "ms",
  ours: [10, 30, 20],
  peer: { name: "theirs", figures: [20, 20, 20] },
  ...more,
});

describe("interleaving", () => {
  test("takes turns, settles before each, and begins each round with another side", async () => {
    const order: string[] = [];
    const side = (name: string, base: number) => ({
      name,
      async measure(round: number) {
        order.push(`${name}${round}`);
        return base + round;
      },
    });
    const settle = async () => void order.push("-");
    const figures = await interleave(3, [side("a", 10), side("b", 20)], settle);
    expect(order.join("")).toBe("-a0-b0-b1-a1-a2-b2");
    expect(figures).toEqual([
      [10, 11, 12],
      [20, 21, 22],
    ]);
  });
});

describe("figures", () => {
  test("are spread around their median, of an odd and of an even count", () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
    expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, least: 1, most: 4 });
  });

  test("are sorted as numbers", () => {
    expect(spread([100, 9, 20])).toEqual({ median: 20, least: 9, most: 100 });
  });

  test("are compared within their round, as rounds differ", () => {
    expect(ratio([1, 10, 100], [2, 20, 200])).toEqual({ median: 0.5, least: 0.5, most: 0.5 });
  });
});

describe("a goal", () => {
  test.each([
    ["a ratio at most what is wanted", atMost(1), true],
    ["a ratio above that", atMost(0.9), false],
    ["a ratio at least what is wanted", atLeast(1), true],
    ["a ratio below that", atLeast(1.1), false],
    ["a figure below what is wanted", below(20), true],
    ["a figure above that", below(19), false],
  ])("is judged by the median: %s", (_, goal, met) => {
    expect(isMet(measured({ goal }))).toBe(met);
  });

  test("that is none is neither met nor missed", () => {
    expect(isMet(measured())).toBeUndefined();
  });

  test("of a ratio needs a peer", () => {
    expect(() => isMet({ what: "work", unit: "ms", ours: [1], goal: atMost(1) })).toThrow("peer");
  });
});

describe("the report", () => {
  const results = [
    measured({ goal: atMost(0.9) }),
    { what: "memory", unit: "MB", ours: [121], goal: below(250) },
    { what: "other work", skipped: "no curl" },
  ];

  test("is a table with both sides, the ratio with its spread, and what was skipped", () => {
    expect(table(results).split("\n").slice(2)).toEqual([
      "| work | 20.00 ms | theirs: 20.00 ms | 1.00 (0.50 to 1.50) | ratio ≤ 0.9: missed |",
      "| memory | 121 MB |  |  | ≤ 250 MB: met |",
      "| other work | skipped: no curl |  |  |  |",
    ]);
  });

  test("as data has every figure, and the same judgement", () => {
    expect(data(results)).toMatchObject([
      { ours: [10, 30, 20], ratio: { median: 1, least: 0.5, most: 1.5 }, met: false },
      { ours: [121], met: true },
      { what: "other work", skipped: "no curl" },
    ]);
  });
});

describe("a peer", () => {
  test("that is not installed is named in a row of its own", () => {
    expect(skippedWithout("work", "no-such-program", "nor-this")).toEqual([
      { what: "work", skipped: "no no-such-program" },
    ]);
    expect(missing()).toBeUndefined();
  });

  test.skipIf(missing(...GIT_HOST) !== undefined)(
    "git http-backend is served behind nginx, and nothing of it stays",
    async () => {
      const repository = await makeIndexRepository([{ "a/b": ["{}"] }, { "a/b": ["{}", "{}"] }]);
      const site = join(tempDirectory("site"), "nginx");
      const server = await startGitHttpBackend(repository, site);
      const clone = join(tempDirectory("clone"), "index");
      await git(["clone", "-q", `${server!.url}/git/index`, clone]);
      expect(await git(["-C", clone, "rev-list", "--count", "main"])).toBe("2");
      server![Symbol.dispose]();
      while (processesAt(site).length > 0) await Bun.sleep(10);
    },
  );
});

/** Commands whose words name a directory. Source: proc_pid_cmdline(5). */
function processesAt(directory: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => commandOf(name))
    .filter((command) => command.includes(directory));
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    // It has just ended.
    return "";
  }
}

test.skipIf(process.platform !== "linux")(
  "processor time is that of a process and of those that it started",
  async () => {
    const used = "Object.values(process.cpuUsage()).reduce((a, b) => a + b)";
    const busy = `while (${used} < 200_000);`;
    const lives = `${busy} console.log(1); await Bun.sleep(60_000);`;
    const run = (how: string, code: string, stdio = "") =>
      `Bun.${how}([process.execPath, "-e", ${JSON.stringify(code)}], { ${stdio} });`;
    const both = run("spawnSync", busy) + run("spawn", lives, 'stdout: "inherit"');
    const child = Bun.spawn([process.execPath, "-e", `${both} await Bun.sleep(60_000);`], {
      stdout: "pipe",
      detached: true,
    });
    await child.stdout.getReader().read();
    const ms = cpuTime(child.pid)!;
    process.kill(-child.pid);
    expect(ms).toBeGreaterThanOrEqual(380);
    expect(ms).toBeLessThan(5_000);
  },
);
