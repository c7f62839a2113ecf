import { expect, test } from "bun:test";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { STORED_VIEW } from "../../src/registry/paths.ts";
import { publishDirectory } from "../../src/registry/publishing/publish.ts";
import { exportStatic } from "../../src/registry/static-export.ts";
import { writeModule } from "../support/module.ts";
import { newRegistry } from "../support/published.ts";
import { tempDirectory } from "../support/temp.ts";

test("a static export is of one moment, whatever changes while it is written", async () => {
  const registry = await newRegistry();
  for (const name of ["alice/a", "alice/b"]) {
    await publishDirectory(registry, writeModule({ name, version: "1.0.0" }));
  }
  const dir = join(tempDirectory(), "site");
  const done: number[] = [];
  const { versions } = await exportStatic(registry, { dir }, (event) => {
    if (event.type === "progress") done.push(event.done);
    rmSync(join(registry.paths.index, STORED_VIEW), { force: true });
  });
  expect([done, versions]).toEqual([[1, 2], 2]);
  for (const name of ["a", "b"]) {
    expect(readdirSync(join(dir, "user", "alice", name))).toEqual(["1.0.0.zip"]);
  }
});
