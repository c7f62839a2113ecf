import { expect, test } from "bun:test";
import { createAnswerCache } from "../../src/git/answer-cache.ts";

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
