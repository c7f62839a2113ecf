import { expect, test } from "bun:test";
import { truncateSync } from "node:fs";
import { join } from "node:path";
import { verify } from "../../../src/registry/upkeep/verify.ts";
import { newRegistry, SOURCE } from "../../support/published.ts";

test("others have their turn while a big archive is read through, as a server has to answer", async () => {
  const registry = await newRegistry(SOURCE);
  const { sha256 } = await registry.archives.put(Buffer.from("small"));
  const { packages } = registry.paths;
  truncateSync(join(packages, "sha256", sha256.slice(0, 2), `${sha256}.zip`), 128 * 1024 * 1024);
  let turns = 0;
  let turn: Timer | undefined;
  let before = 0;
  const { problems } = await verify(registry, {}, (event) => {
    if (event.type === "checking") turn = setInterval(() => turns++, 0);
    // Told when all of it was read.
    if (event.type === "problem") before = turns;
  });
  clearInterval(turn);
  expect(problems).toMatchObject([{ kind: "archive", subject: sha256 }]);
  expect(before).toBeGreaterThan(0);
});
