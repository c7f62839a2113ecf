/** A server's settings, while others write the file. */
import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openRegistry } from "../../../src/registry/mod.ts";
import { followConfig } from "../../../src/registry/serving/follow-config.ts";
import { tempDirectory } from "../../support/temp.ts";

function follow(text: string) {
  const dir = tempDirectory();
  const file = join(dir, "registry.toml");
  mkdirSync(join(dir, "data"));
  writeFileSync(file, text);
  const warnings: string[] = [];
  const start = () => followConfig(openRegistry(file), (message) => warnings.push(message));
  let server = start();
  return {
    file,
    warnings,
    now: () => server.now(),
    /** The settings once the file has another text. */
    after(text: string) {
      writeFileSync(file, text);
      return server.now();
    },
    /** The same for a server that starts with it. */
    restarted(text: string) {
      writeFileSync(file, text);
      server = start();
      return server.now();
    },
  };
}

/** Root may read everything. */
function unprivileged(work: () => void): void {
  const { geteuid, seteuid } = process;
  const isRoot = geteuid?.() === 0;
  if (isRoot) seteuid?.(65_534);
  try {
    work();
  } finally {
    if (isRoot) seteuid?.(0);
  }
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
    const { after, restarted } = follow(PRIVATE);
    expect(after(PRIVATE.slice(0, length)).server.requireReadToken).toBe(true);
    // What is no TOML starts no server.
    if (PRIVATE[length - 1] !== "\n") continue;
    expect(restarted(PRIVATE.slice(0, length)).server.requireReadToken).toBe(true);
  }
});

test("it opens when the file says so, also after a part of it", () => {
  const { after, restarted, warnings } = follow(PRIVATE);
  expect(after("[server]\nport = 81\n").server).toMatchObject({ port: 81, requireReadToken: true });
  expect(warnings).toEqual([expect.stringContaining("does not say server.require_read_token")]);
  expect(after(PRIVATE.replace("true", "false")).server.requireReadToken).toBe(false);
  expect(restarted("[server]\nport = 82\n").server.requireReadToken).toBe(false);
});

test("what cannot be looked at leaves the settings as they were, is told once, and is read when it can be", () => {
  const { file, now, warnings } = follow('[registry]\nname = "one"\n');
  renameSync(file, `${file}.new`);
  // Leads in a circle: no look at it succeeds.
  symlinkSync("registry.toml", file);
  for (let turn = 0; turn < 3; turn++) expect(now().registry.name).toBe("one");
  expect(warnings).toEqual([expect.stringContaining("going on with the settings from before")]);
  rmSync(file);
  writeFileSync(`${file}.new`, '[registry]\nname = "two"\n');
  renameSync(`${file}.new`, file);
  expect(now().registry.name).toBe("two");
  expect(warnings).toHaveLength(1);
});

test("what was there and could not be read is read again, unchanged as it is", () => {
  const { file, now, warnings } = follow('[registry]\nname = "one"\n');
  writeFileSync(file, '[registry]\nname = "two"\n');
  chmodSync(dirname(file), 0o755);
  // Changes neither its time nor its size.
  chmodSync(file, 0o000);
  unprivileged(() => {
    for (let turn = 0; turn < 3; turn++) expect(now().registry.name).toBe("one");
  });
  expect(warnings).toEqual([expect.stringContaining("cannot read")]);
  chmodSync(file, 0o644);
  expect(now().registry.name).toBe("two");
});

test("a private registry stays private when the disk that says so is away while its settings change", () => {
  const { after, file } = follow(PRIVATE);
  renameSync(join(dirname(file), "data"), join(dirname(file), "away"));
  expect(after('[registry]\nname = "team"\n').server.requireReadToken).toBe(true);
  renameSync(join(dirname(file), "away"), join(dirname(file), "data"));
  expect(after('[registry]\nname = "teams"\n').server.requireReadToken).toBe(true);
});
