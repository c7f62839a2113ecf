import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findRegistry } from "../../src/config/locate.ts";
import { tempDirectory } from "../support/temp.ts";

function tree(...files: string[]): string {
  const root = tempDirectory();
  for (const file of files) {
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), "");
  }
  return root;
}

const NO_BINARY = "/nonexistent/bin/moonbit-registry";

describe("findRegistry", () => {
  test("takes the nearest registry upwards", () => {
    const root = tree("registry.toml", "a/registry.toml", "a/b/c/file");
    expect(findRegistry(undefined, join(root, "a/b/c"), NO_BINARY)).toBe(
      join(root, "a/registry.toml"),
    );
    expect(findRegistry(undefined, root, NO_BINARY)).toBe(join(root, "registry.toml"));
  });

  test("then the one beside the executable", () => {
    const root = tree("usb/registry.toml", "work/file");
    const binary = join(root, "usb/moonbit-registry");
    expect(findRegistry(undefined, join(root, "work"), binary)).toBe(
      join(root, "usb/registry.toml"),
    );
  });

  test("takes the directory that is named, or its file, and no other", () => {
    const root = tree("registry.toml", "a/registry.toml", "b/file");
    expect(findRegistry("a", root, NO_BINARY)).toBe(join(root, "a/registry.toml"));
    expect(findRegistry("a/registry.toml", root, NO_BINARY)).toBe(join(root, "a/registry.toml"));
    expect(() => findRegistry("b", root, NO_BINARY)).toThrow("there is no registry.toml in b");
  });

  test("does not take a directory of that name", () => {
    const root = tree("registry.toml", "a/registry.toml/file");
    expect(findRegistry(undefined, join(root, "a"), NO_BINARY)).toBe(join(root, "registry.toml"));
  });

  test("says how to get one when there is none", () => {
    expect(() => findRegistry(undefined, tempDirectory(), NO_BINARY)).toThrow(
      expect.objectContaining({ code: "no-registry", hint: expect.stringContaining("init DIR") }),
    );
  });
});
