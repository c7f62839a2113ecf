import { expect, test } from "bun:test";
import { createKept } from "../src/kept.ts";

/** Makes values and counts how often. */
function maker() {
  let made = 0;
  const make = async (value: string | undefined) => {
    made++;
    return value;
  };
  return { make, made: () => made };
}

test("is made once for all who ask at the same time, and is there for who asks later", async () => {
  const { make, made } = maker();
  const kept = createKept<string | undefined>(100, (text) => text.length);
  const all = await Promise.all(Array.from({ length: 9 }, () => kept("a", () => make("text"))));
  expect([...new Set(all), await kept("a", () => make("another"))]).toEqual(["text", "text"]);
  expect(made()).toBe(1);
});

test("keeps no more than its bound, the last used", async () => {
  const { make, made } = maker();
  const kept = createKept<string | undefined>(10, (text) => text.length);
  await kept("a", () => make("aaaaa"));
  await kept("b", () => make("bbbbb"));
  await kept("a", () => make("aaaaa"));
  await kept("c", () => make("ccccc"));
  expect(made()).toBe(3);
  await kept("a", () => make("aaaaa"));
  expect(made()).toBe(3);
  await kept("b", () => make("bbbbb"));
  expect(made()).toBe(4);
});

test("what failed, and what there is not, is asked for again", async () => {
  const { make, made } = maker();
  const kept = createKept<string | undefined>(10, (text) => text.length);
  expect(kept("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await kept("b", () => make(undefined))).toBeUndefined();
  expect(await kept("b", () => make("b"))).toBe("b");
  expect(await kept("a", () => make("a"))).toBe("a");
  expect(made()).toBe(3);
});
