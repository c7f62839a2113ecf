import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRegistry } from "../../../src/registry/mod.ts";
import { delayAfter, startAutoSync } from "../../../src/registry/serving/auto-sync.ts";
import { openState } from "../../../src/registry/state.ts";
import { forAll } from "../../support/random.ts";
import { tempDirectory } from "../../support/temp.ts";

const HOUR = 3_600_000;
const middle = () => 0.5;

test("what works is done again after the interval, what fails sooner, and later each time", () => {
  const delays = [0, 1, 2, 3, 20].map((failures) => delayAfter(failures, HOUR, middle));
  expect(delays).toEqual([HOUR, 30_000, 60_000, 120_000, HOUR]);
});

test("the wait is never off by more than a tenth, and never over the interval by more", () => {
  forAll(300, (random) => {
    const interval = 1_000 + random.int(HOUR);
    const failures = random.int(30);
    const exact = delayAfter(failures, interval, middle);
    const delay = delayAfter(failures, interval, () => random.int(1_000) / 1_000);
    expect(exact).toBeLessThanOrEqual(interval);
    expect(Math.abs(delay - exact)).toBeLessThanOrEqual(exact * 0.1 + 1e-6);
  });
});

test("a turn waits no longer for who holds the database than the server says", async () => {
  const file = join(tempDirectory(), "registry.toml");
  writeFileSync(
    file,
    '[mirror]\nauto_sync = true\n[[sources]]\nname = "up"\nurl = "http://[::1]:1"\n',
  );
  const registry = { ...openRegistry(file), stateWaitMs: 10 };
  openState(registry.paths.state).close();
  using other = new Database(registry.paths.state);
  other.exec("BEGIN EXCLUSIVE");
  const { promise, resolve } = Promise.withResolvers<string>();
  const started = performance.now();
  const config = () => registry.config;
  const autoSync = startAutoSync({ registry, config, warn: resolve, onSuccess: () => {} });
  expect(await promise).toMatch(/^sync: .*another program holds it/);
  expect(performance.now() - started).toBeLessThan(2_500);
  await autoSync.stop();
});

test("a mistake of ours ends the syncing with a warning, and not the server", async () => {
  const file = join(tempDirectory(), "registry.toml");
  writeFileSync(file, "");
  const registry = openRegistry(file);
  const warnings: string[] = [];
  const config = () => {
    throw new TypeError("of ours");
  };
  const warn = (message: string) => void warnings.push(message);
  const autoSync = startAutoSync({ registry, config, warn, onSuccess: () => {} });
  await autoSync.stop();
  expect(warnings).toEqual([expect.stringContaining("of ours")]);
});
