import { expect, test } from "bun:test";
import { createLru } from "../src/lru.ts";

const createTexts = (limit: number) => createLru<string, string>(limit, ({ length }) => length);

test("what was not asked for longest goes first, by what it counts", () => {
  const texts = createTexts(10);
  texts.set("a", "aaaa");
  texts.set("b", "bbbb");
  expect(texts.get("a")).toBe("aaaa");
  texts.set("c", "cc");
  expect(texts.get("b")).toBe("bbbb");
  texts.set("d", "dd");
  expect(["a", "b", "c", "d"].map(texts.get)).toEqual([undefined, "bbbb", "cc", "dd"]);
  texts.set("e", "eeeeeeee");
  expect(["b", "c", "d", "e"].map(texts.get)).toEqual([undefined, undefined, "dd", "eeeeeeee"]);
});

test("a new value takes the old one's place, and its share", () => {
  const texts = createTexts(10);
  for (let i = 0; i < 20; i++) texts.set("a", "a".repeat(1 + (i % 5)));
  texts.set("b", "bbbbb");
  expect([texts.get("a"), texts.get("b")]).toEqual(["aaaaa", "bbbbb"]);
});

test("what is bigger than all drives nothing out, and is not what it was before", () => {
  const texts = createTexts(10);
  texts.set("a", "a");
  texts.set("b", "b");
  texts.set("b", "b".repeat(11));
  expect([texts.get("a"), texts.get("b")]).toEqual(["a", undefined]);
});

test("what is cleared leaves its share to others", () => {
  const texts = createTexts(10);
  texts.set("b", "bbbbbbbbbb");
  texts.clear();
  texts.set("c", "cccccccccc");
  expect([texts.get("b"), texts.get("c")]).toEqual([undefined, "cccccccccc"]);
});
