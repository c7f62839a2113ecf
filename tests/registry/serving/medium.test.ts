import { describe, expect, test } from "bun:test";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../../src/errors.ts";
import { createMedium } from "../../../src/registry/serving/medium.ts";
import { tempDirectory } from "../../support/temp.ts";

function stick() {
  const root = tempDirectory();
  const index = join(root, "stick", "index");
  mkdirSync(index, { recursive: true });
  const told: string[] = [];
  let reopened = 0;
  return {
    root,
    index,
    told,
    reopened: () => reopened,
    medium: () =>
      createMedium({ index, reopen: () => reopened++, warn: (message) => told.push(message) }),
    pull: () => renameSync(join(root, "stick"), join(root, "pulled")),
    put: () => renameSync(join(root, "pulled"), join(root, "stick")),
  };
}

const systemError = (code: string) => Object.assign(new Error(code), { code });

describe("a medium", () => {
  test("that goes is told of once, and once when it is back; then all is opened anew", () => {
    const each = stick();
    writeFileSync(join(each.index, "HEAD"), "");
    const medium = each.medium();
    medium.check();
    expect(medium.isThere()).toBe(true);
    each.pull();
    expect(medium.isThere()).toBe(false);
    for (let i = 0; i < 3; i++) {
      expect(() => medium.check()).toThrow(expect.objectContaining({ code: "io" }));
    }
    expect(each.told).toHaveLength(1);
    expect(each.reopened()).toBe(1);
    each.put();
    // What was open is still to be opened anew.
    expect(medium.isThere()).toBe(false);
    medium.check();
    medium.check();
    expect(medium.isThere()).toBe(true);
    expect(each.told).toHaveLength(2);
    expect(each.told[1]).toContain("back");
    expect(each.reopened()).toBe(2);
  });

  test("that went a moment ago is not taken for an empty one", () => {
    const each = stick();
    writeFileSync(join(each.index, "HEAD"), "");
    const medium = each.medium();
    medium.check();
    expect(medium.sure(undefined)).toBeUndefined();
    each.pull();
    expect(() => medium.sure(undefined)).toThrow(expect.objectContaining({ code: "io" }));
    expect(medium.sure("something")).toBe("something");
  });

  test("that had no index yet is not gone for the lack of one", () => {
    const each = stick();
    const medium = each.medium();
    medium.check();
    writeFileSync(join(each.index, "HEAD"), "");
    medium.check();
    expect(each.told).toEqual([]);
  });

  test("that fails below an open file is gone, also when its directory still shows", () => {
    const each = stick();
    writeFileSync(join(each.index, "HEAD"), "");
    const medium = each.medium();
    const damaged = new Failure("integrity", "damaged", undefined, { cause: systemError("EIO") });
    expect(medium.explain(damaged)).toMatchObject({ code: "io" });
    expect(each.told).toHaveLength(1);
    medium.check();
    expect(each.reopened()).toBe(2);
    expect(each.told).toHaveLength(2);
  });

  test("is not blamed for what is a bug or another's failure", () => {
    const each = stick();
    writeFileSync(join(each.index, "HEAD"), "");
    const medium = each.medium();
    for (const error of [new TypeError("x"), new Failure("not-found", "x"), "text"]) {
      expect(medium.explain(error)).toBe(error);
    }
    expect(each.told).toEqual([]);
    expect(medium.explain(systemError("ENOSPC"))).toMatchObject({ code: "io" });
    expect(each.told).toEqual([`the registry's files in ${join(each.root, "stick")}: ENOSPC`]);
    expect(medium.explain(systemError("SQLITE_FULL"))).toMatchObject({
      code: "io",
      message: expect.stringContaining("the disk is full"),
    });
  });
});
