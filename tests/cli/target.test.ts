import { afterEach, describe, expect, test } from "bun:test";
import type { Context } from "../../src/cli/context.ts";
import { createOutput } from "../../src/cli/output.ts";
import { findTarget, moduleVersion, versionPath } from "../../src/cli/target.ts";
import { Failure } from "../../src/errors.ts";

const HERE = "/r/registry.toml";
const URL_VARIABLE = "MOONBIT_REGISTRY_URL";

function context(dir: string | undefined, file: string | undefined): Context {
  return {
    out: createOutput({ json: false, quiet: true, verbose: false, color: false }),
    dir,
    file() {
      if (file === undefined) throw new Failure("no-registry", "none here");
      return file;
    },
  };
}

describe("what is written to", () => {
  afterEach(() => void delete process.env[URL_VARIABLE]);

  test("is what --registry names, before all else, but not beside --dir", () => {
    process.env[URL_VARIABLE] = "http://other.example";
    const target = findTarget(context(undefined, HERE), "http://a.example/");
    expect(target).toMatchObject({ kind: "remote", remote: { url: "http://a.example" } });
    expect(() => findTarget(context("/r", HERE), "http://a.example")).toThrow("exclude each other");
  });

  test("is --dir, before the environment", () => {
    process.env[URL_VARIABLE] = "http://other.example";
    expect(findTarget(context("/r", HERE), undefined)).toEqual({ kind: "local", file: HERE });
  });

  test("is what the environment names, before the registry here", () => {
    process.env[URL_VARIABLE] = "http://other.example";
    expect(findTarget(context(undefined, HERE), undefined)).toMatchObject({
      remote: { url: "http://other.example" },
    });
    delete process.env[URL_VARIABLE];
    expect(findTarget(context(undefined, HERE), undefined)).toEqual({ kind: "local", file: HERE });
  });

  test("is not the last login when a --dir was named that holds none", () => {
    expect(() => findTarget(context("/r", undefined), undefined)).toThrow("none here");
  });
});

test("a version of a module is named with an @", () => {
  expect(moduleVersion("a/b@1.0.0+5")).toEqual({ module: "a/b", version: "1.0.0+5" });
  for (const text of ["a/b", "@1.0.0", "a/b@", ""]) {
    expect(() => moduleVersion(text)).toThrow("names no version of a module");
  }
});

test("its path keeps what is special in it from being taken for a path", () => {
  expect(versionPath("a/原/b", "1.0.0+5")).toBe("/api/v0/modules/a/%E5%8E%9F/b/1.0.0%2B5");
  expect(versionPath("a/b?c#d", "1")).toBe("/api/v0/modules/a/b%3Fc%23d/1");
});
