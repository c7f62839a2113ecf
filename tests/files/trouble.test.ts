import { expect, test } from "bun:test";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../src/errors.ts";
import { asDiskFailure, diskTrouble } from "../../src/files/mod.ts";
import { tempDirectory } from "../support/temp.ts";

const systemError = (code: string, cause?: unknown) =>
  Object.assign(new Error(`${code}: said the system`, { cause }), { code });

test.each([
  ["ENOSPC", "the disk is full", "make room"],
  ["SQLITE_FULL", "the disk is full", "make room"],
  ["SQLITE_READONLY_DIRECTORY", "read-only", "make it writable"],
  ["SQLITE_IOERR_READ", "cannot be read", "check the disk"],
  ["ESTALE", "cannot be read", "check the disk"],
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

test("on Windows a file that is refused may be open in another program", () => {
  for (const code of ["EACCES", "EPERM", "EBUSY"]) {
    const trouble = diskTrouble(systemError(code), "win32")!;
    expect(trouble.what).toContain("another program has it open");
    expect(trouble.hint).toContain("close what may have it open, or mend the permissions");
  }
  expect(diskTrouble(systemError("ENOSPC"), "win32")?.what).toBe("the disk is full");
  expect(diskTrouble(systemError("EPERM"), "linux")?.hint).toStartWith("mend the permissions");
});

test("a file of ours that is gone before it has its name is the disk's doing, and no bug", () => {
  const from = join(tempDirectory(), ".tmp-1-a-0");
  let thrown: unknown;
  try {
    renameSync(from, join(tempDirectory(), "published"));
  } catch (error) {
    thrown = error;
  }
  expect(asDiskFailure(thrown, "/srv/data")).toMatchObject({
    code: "io",
    message: expect.stringContaining("/srv/data: a file that was just written is gone (ENOENT"),
    hint: expect.stringContaining("check the disk"),
  });
  const missing = systemError("ENOENT");
  expect(asDiskFailure(missing)).toBe(missing);
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
