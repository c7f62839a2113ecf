import { expect, test } from "bun:test";
import { Failure } from "../../src/errors.ts";
import { asDiskFailure } from "../../src/files/mod.ts";

const systemError = (code: string, cause?: unknown) =>
  Object.assign(new Error(`${code}: said the system`, { cause }), { code });

test.each([
  ["ENOSPC", "the disk is full", "make room"],
  ["SQLITE_FULL", "the disk is full", "make room"],
  ["SQLITE_READONLY_DIRECTORY", "read-only", "make it writable"],
  ["SQLITE_IOERR_READ", "cannot be read", "check the disk"],
  ["EACCES", "permission", "permissions"],
  ["EMFILE", "too many files", "ulimit"],
  ["SQLITE_BUSY", "another program", "wait for it"],
  ["SQLITE_BUSY_RECOVERY", "another program", "wait for it"],
  ["SQLITE_LOCKED", "another program", "wait for it"],
])("%s is told as what a person can mend", (code, what, hint) => {
  const failure = asDiskFailure(systemError(code), "/srv/data") as Failure;
  expect(failure).toBeInstanceOf(Failure);
  expect(failure.code).toBe("io");
  expect(failure.message).toStartWith("/srv/data: ");
  expect(failure.message).toContain(what);
  expect(failure.message).toContain(`${code}: said the system`);
  expect(failure.hint).toContain(hint);
});

test("a cause counts, however deep", () => {
  const error = new Error("outside", {
    cause: new Error("between", { cause: systemError("EIO") }),
  });
  expect(asDiskFailure(error)).toMatchObject({ code: "io" });
});

test("what is told already, or is no disk's, stays as it is", () => {
  const causes = { cause: systemError("ENOSPC") };
  for (const error of [
    new Failure("upstream", "x", undefined, causes),
    new TypeError("a bug"),
    systemError("ECONNREFUSED"),
    "text",
  ]) {
    expect(asDiskFailure(error)).toBe(error);
  }
});
