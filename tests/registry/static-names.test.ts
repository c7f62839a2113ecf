import { expect, test } from "bun:test";
import { createNames } from "../../src/registry/static-names.ts";

test("a name is had once, in whatever letters, and by a file or a directory", () => {
  const names = createNames("linux");
  expect(names.claim("user/a/b.index")).toBeUndefined();
  expect(names.claim("user/a/c.index")).toBeUndefined();
  for (const taken of ["user/A/b.index", "user/a", "user/a/b.index/x"]) {
    expect(names.claim(taken)).toContain("another file has that name");
  }
  expect(names.claim(`user/${"x".repeat(256)}`)).toBe("it is too long");
});

test("on Windows names of devices, and with characters that it forbids, are not had", () => {
  const [windows, linux] = [createNames("win32"), createNames("linux")];
  for (const [path, part] of [
    ["user/aux/con/0.1.0.zip", "aux"],
    ["user/ok/con.index", "con.index"],
    ["user/ok/colon:x/0.1.0.zip", "colon:x"],
    ["user/ok/dot./0.1.0.zip", "dot."],
  ] as const) {
    expect(windows.claim(path)).toStartWith(part);
    expect(linux.claim(path)).toBeUndefined();
  }
  expect(windows.claim("user/moonbitlang%2Fx%2F0.4.40.zip")).toBeUndefined();
});
