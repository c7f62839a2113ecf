/** A server's settings, while others write the file. */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../../src/config/mod.ts";
import { followConfig } from "../../../src/registry/serving/follow-config.ts";
import { tempDirectory } from "../../support/temp.ts";

function follow(text: string) {
  const file = join(tempDirectory(), "registry.toml");
  writeFileSync(file, text);
  const warnings: string[] = [];
  const { now } = followConfig(loadConfig(file), (message) => warnings.push(message));
  return {
    warnings,
    /** The settings once the file has another text. */
    after(text: string) {
      writeFileSync(file, text);
      return now();
    },
  };
}

const PRIVATE = '[registry]\nname = "team"\n\n[server]\nrequire_read_token = true\n';

test("what cannot be understood leaves the settings as they were, and is told once", () => {
  const { after, warnings } = follow('[registry]\nname = "one"\n');
  expect(after('[registry]\nname = "two').registry.name).toBe("one");
  expect(warnings).toHaveLength(1);
  expect(after('[registry]\nname = "three"\n').registry.name).toBe("three");
  expect(warnings).toHaveLength(1);
});

test("a private registry stays private however little of the file is written", () => {
  for (let length = 0; length < PRIVATE.length; length++) {
    const { after } = follow(PRIVATE);
    expect(after(PRIVATE.slice(0, length)).server.requireReadToken).toBe(true);
  }
});

test("it opens when the file says so, also after a part of it", () => {
  const { after, warnings } = follow(PRIVATE);
  expect(after("[server]\nport = 81\n").server).toMatchObject({ port: 81, requireReadToken: true });
  expect(warnings).toEqual([expect.stringContaining("does not say server.require_read_token")]);
  expect(after(PRIVATE.replace("true", "false")).server.requireReadToken).toBe(false);
});
