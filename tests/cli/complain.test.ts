import { describe, expect, test } from "bun:test";
import { complaint } from "../../src/cli/complain.ts";
import { exitCodeOf } from "../../src/cli/exit.ts";
import { Failure } from "../../src/errors.ts";

const TEXT = { json: false, verbose: false, red: (text: string) => text };

describe("complaint", () => {
  test("says what and what next, in two lines", () => {
    expect(complaint(new Failure("io", "port 80 is in use", "choose another"), TEXT)).toBe(
      "error: port 80 is in use\nhint:  choose another\n",
    );
    expect(complaint(new Failure("io", "no"), TEXT)).toBe("error: no\n");
  });

  test("is one line of JSON when asked for", () => {
    const json = { ...TEXT, json: true };
    expect(complaint(new Failure("io", "no\nway", "try"), json)).toBe(
      '{"error":{"code":"io","message":"no\\nway","hint":"try"}}\n',
    );
    expect(complaint(new Failure("io", "no"), json)).toBe(
      '{"error":{"code":"io","message":"no"}}\n',
    );
  });

  test("calls a bug a bug, without its stack", () => {
    const text = complaint(new TypeError("x is not a function\nat y"), TEXT);
    expect(text).toStartWith("error: unexpected: x is not a function\nhint:  this is a bug");
    expect(text.trimEnd().split("\n")).toHaveLength(2);
    expect(complaint("thrown", TEXT)).toStartWith("error: unexpected: thrown\n");
  });

  test("shows the stack and what caused it with -v", () => {
    const error = new Failure("io", "no", undefined, { cause: new Error("the cause") });
    const text = complaint(error, { ...TEXT, verbose: true });
    expect(text).toContain("complain.test.ts");
    expect(text).toContain("caused by: Error: the cause");
  });
});

test("exit codes tell failures apart", () => {
  expect(exitCodeOf(new Failure("usage", ""))).toBe(2);
  expect(exitCodeOf(new Failure("interrupted", ""))).toBe(130);
  expect(exitCodeOf(new Failure("upstream", ""))).toBe(1);
  expect(exitCodeOf(new Error("bug"))).toBe(1);
});
