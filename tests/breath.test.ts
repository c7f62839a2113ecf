import { expect, test } from "bun:test";
import { createBreath, gently } from "../src/breath.ts";

/** Keeps the thread for as long as a slice may, and a little more. */
function work(): void {
  const until = performance.now() + 12;
  while (performance.now() < until);
}

test("work that has just begun goes on", () => {
  // Of many, as the machine may stop any of them for as long as a slice.
  const turns = Array.from({ length: 20 }, () => createBreath()());
  expect(turns).toContain(undefined);
});

test("work that has kept the thread for long lets others have their turn", async () => {
  const breathe = createBreath();
  let had = false;
  setImmediate(() => {
    had = true;
  });
  work();
  await breathe();
  expect(had).toBe(true);
});

test("work ends when it is not wanted any more, and not before others had their turn", async () => {
  const abort = new AbortController();
  const breathe = createBreath(abort.signal);
  work();
  setImmediate(() => abort.abort(new Error("enough")));
  expect(async () => await breathe()).toThrow("enough");
});

test("items come as they are, and others have their turn between them", async () => {
  const seen: (string | number)[] = [];
  setImmediate(() => seen.push("others"));
  for await (const item of gently([1, 2, 3])) {
    seen.push(item);
    if (item === 2) work();
  }
  expect(seen.filter((item) => item !== "others")).toEqual([1, 2, 3]);
  expect(seen.indexOf("others")).toBeLessThan(seen.indexOf(3));
});
