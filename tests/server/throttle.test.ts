/** How failed attempts are counted. */
import { describe, expect, test } from "bun:test";
import { createThrottle, networkOf } from "../../src/server/throttle.ts";

function clocked(options: { burst?: number; most?: number } = {}) {
  let ms = 0;
  const throttle = createThrottle({ burst: 3, refillMs: 1_000, ...options, now: () => ms });
  const pass = (more: number) => {
    ms += more;
  };
  return { throttle, pass };
}

describe("a throttle", () => {
  test("allows some attempts at once, then one each while", () => {
    const { throttle, pass } = clocked();
    expect([throttle.fail("a"), throttle.fail("a")]).toEqual([false, false]);
    expect(throttle.isSpent("a")).toBe(false);
    expect(throttle.fail("a")).toBe(true);
    expect(throttle.isSpent("a")).toBe(true);
    pass(999);
    expect(throttle.isSpent("a")).toBe(true);
    pass(1);
    expect(throttle.isSpent("a")).toBe(false);
    expect(throttle.fail("a")).toBe(true);
  });

  test("allows twenty at once and then ten a minute, unless it is told otherwise", () => {
    let now = 0;
    const throttle = createThrottle({ now: () => now });
    for (let at = 1; at < 20; at++) expect(throttle.fail("a")).toBe(false);
    expect(throttle.fail("a")).toBe(true);
    now = 5_999;
    expect(throttle.isSpent("a")).toBe(true);
    now = 6_000;
    expect(throttle.isSpent("a")).toBe(false);
  });

  test("holds nothing against others, and nothing for ever", () => {
    const { throttle, pass } = clocked();
    for (let i = 0; i < 3; i++) throttle.fail("a");
    expect(throttle.isSpent("b")).toBe(false);
    pass(3_000);
    expect([throttle.fail("a"), throttle.fail("a"), throttle.fail("a")]).toEqual([
      false,
      false,
      true,
    ]);
  });

  test("remembers so many addresses, the last that failed first", () => {
    const { throttle } = clocked({ most: 2, burst: 1 });
    throttle.fail("a");
    throttle.fail("b");
    throttle.fail("a");
    throttle.fail("c");
    expect(["a", "b", "c"].map(throttle.isSpent)).toEqual([true, false, true]);
  });
});

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8::1:2:3:4:5", "2001:db8:0:1::/64"],
  ["1::2:3:4:5:6:7", "1:0:2:3::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["", ""],
])("%j counts as %j", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
