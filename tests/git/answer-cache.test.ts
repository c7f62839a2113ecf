/** Answers are those of one commit. */
import { expect, test } from "bun:test";
import { createAnswerCache } from "../../src/git/answer-cache.ts";

const blob = (text: string) => new Blob([text]);

test("an answer is known for the commit that it was made of, and for no other", async () => {
  const answers = createAnswerCache(1_000);
  answers.set("one", "refs?", blob("of one"));
  expect(await answers.get("one", "refs?")?.text()).toBe("of one");
  expect(answers.get("one", "pack?")).toBeUndefined();
  expect(answers.get("two", "refs?")).toBeUndefined();
  expect(answers.get("one", "refs?")).toBeDefined();
});

test("the first answer of another commit takes the place of all of the one before", async () => {
  const answers = createAnswerCache(1_000);
  answers.set("one", "refs?", blob("of one"));
  answers.set("one", "pack?", blob("of one, too"));
  expect(answers.get("one", "refs?")).toBeDefined();
  answers.set("two", "pack?", blob("of two"));
  expect(await answers.get("two", "pack?")?.text()).toBe("of two");
  expect(answers.get("two", "refs?")).toBeUndefined();
  expect(answers.get("one", "refs?")).toBeUndefined();
  answers.set("one", "pack?", blob("of one again"));
  expect(answers.get("one", "refs?")).toBeUndefined();
});

test("answers beyond the limit are not kept, what was asked for longest ago first", () => {
  const answers = createAnswerCache(2 * 210);
  answers.set("one", "a", blob("12345"));
  answers.set("one", "b", blob("12345"));
  answers.get("one", "a");
  answers.set("one", "c", blob("12345"));
  expect(["a", "b", "c"].map((each) => answers.get("one", each) !== undefined)).toEqual([
    true,
    false,
    true,
  ]);
});

test("questions count as well as answers: many long ones with short answers drive the oldest out", () => {
  const answers = createAnswerCache(10_000);
  const question = (at: number) => `${at} ${"q".repeat(4_000)}`;
  const answer = new Blob(["short"]);
  for (let at = 0; at < 3; at++) answers.set("tip", question(at), answer);
  expect([0, 1, 2].map((at) => answers.get("tip", question(at)))).toEqual([
    undefined,
    answer,
    answer,
  ]);
});

test("so does the place of each, as of questions without an answer", () => {
  const answers = createAnswerCache(10_000);
  const nothing = new Blob([]);
  for (let at = 0; at < 100; at++) answers.set("tip", `${at}`, nothing);
  expect(answers.get("tip", "0")).toBeUndefined();
  expect(answers.get("tip", "99")).toBe(nothing);
});
