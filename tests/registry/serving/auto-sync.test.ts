import { Database } from "bun:sqlite";
import { afterEach, expect, jest, spyOn, test } from "bun:test";
import { getEventListeners } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { lockHolder } from "../../../src/registry/lock.ts";
import { openRegistry } from "../../../src/registry/mod.ts";
import { delayAfter, startAutoSync } from "../../../src/registry/serving/auto-sync.ts";
import { openState } from "../../../src/registry/state.ts";
import { islandOf, silent, startSmallUpstream } from "../../support/islands.ts";
import { newRegistry } from "../../support/published.ts";
import { forAll } from "../../support/random.ts";
import { tempDirectory } from "../../support/temp.ts";

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

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

test("a server that does not sync by itself keeps one timer and one listener, however long it looks", async () => {
  const registry = await newRegistry();
  const added = spyOn(EventTarget.prototype, "addEventListener");
  jest.useFakeTimers();
  let looks = 0;
  const config = () => {
    looks++;
    return registry.config;
  };
  const autoSync = startAutoSync({ registry, config, warn: silent, onSuccess: silent });
  const [signal] = added.mock.contexts as unknown as AbortSignal[];
  const kept = () => [getEventListeners(signal!, "abort").length, jest.getTimerCount()];
  for (let second = 1; second <= 30; second++) {
    expect(kept()).toEqual([1, 1]);
    expect(looks).toBe(second);
    jest.advanceTimersByTime(1_000);
    // It goes on after promises that are kept at once.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }
  expect(autoSync.state()).toBeUndefined();
  await autoSync.stop();
  expect(kept()).toEqual([0, 0]);
});

test("a turn that is broken off has ended, and let go of the registry, when its server has stopped", async () => {
  using upstream = startSmallUpstream();
  const asked = Promise.withResolvers<void>();
  upstream.host.override = () => {
    asked.resolve();
    // It begins to answer, and never ends.
    return new Response(new ReadableStream({}));
  };
  const registry = await islandOf({ up: upstream });
  const { config, paths } = registry;
  const on = { ...config, mirror: { ...config.mirror, autoSync: true } };
  const told: string[] = [];
  const autoSync = startAutoSync({
    registry,
    config: () => on,
    warn: (message) => told.push(message),
    onSuccess: silent,
  });
  await asked.promise;
  expect(lockHolder(paths.fetching)?.command).toBe("sync");
  await autoSync.stop();
  expect(lockHolder(paths.fetching)).toBeUndefined();
  expect(told).toEqual([]);
});
