/** While what was published here is missed, a server goes on with all that is read. */
import { expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readRef, writeRef } from "../../../src/git/mod.ts";
import {
  openRegistry,
  type Registry,
  serveRegistry,
  sync,
  verify,
} from "../../../src/registry/mod.ts";
import { PUBLISHED } from "../../../src/registry/paths.ts";
import { publishDirectory } from "../../../src/registry/publishing/publish.ts";
import { islandOf, silent, startSmallUpstream } from "../../support/islands.ts";
import { writeModule } from "../../support/module.ts";
import { refusalOf } from "../../support/published.ts";

const publish = (registry: Registry, version: string) =>
  publishDirectory(registry, writeModule({ name: "alice/json", version }));

const refFile = ({ paths }: Registry) => join(paths.index, PUBLISHED);
const noteFile = ({ paths }: Registry) => join(paths.root, "published.json");

const LOSSES: Readonly<Record<string, (registry: Registry) => unknown>> = {
  "is gone": (registry) => rmSync(refFile(registry)),
  "is an empty file": (registry) => writeFileSync(refFile(registry), ""),
  "was set back": async (registry) => {
    const before = readRef(registry.paths.index, PUBLISHED)!;
    await publish(registry, "1.1.0");
    await writeRef(registry.paths.index, PUBLISHED, before);
  },
  "stands beside a damaged note": (registry) => writeFileSync(noteFile(registry), ""),
};

for (const [name, lose] of Object.entries(LOSSES)) {
  test(`a server whose published branch ${name} is not ready, and reads what there is`, async () => {
    using upstream = startSmallUpstream();
    upstream.list("a/early", "1.0.0");
    upstream.list("a/late", "1.0.0");
    const registry = await islandOf({ up: upstream });
    await publish(registry, "1.0.0");
    await sync(registry, {}, silent);
    const said: string[] = [];
    const open = () => {
      const options = { offline: false, warn: (message: string) => void said.push(message) };
      return serveRegistry(openRegistry(registry.config.file), options);
    };
    const running = open();
    running.ready();
    await lose(registry);
    const later = open();
    try {
      for (const [server, module] of [
        [running, "a/early"],
        [later, "a/late"],
      ] as const) {
        expect((await server.archive(module, "1.0.0", true)).entry.module).toBe(module);
        expect(server.browse.source("alice/json")).toBeUndefined();
        expect(server.browse.source(module)).toBe("up");
        said.length = 0;
        for (const _ of [1, 2]) {
          const { code, message } = await refusalOf((async () => server.ready())());
          expect([code, message]).toEqual(["io", expect.stringContaining("published here")]);
          expect(message).not.toContain(registry.paths.root);
        }
        expect(said).toEqual([expect.stringContaining(registry.paths.root)]);
      }
      expect((await refusalOf(publish(registry, "1.2.0"))).code).toBe("integrity");
      await verify(openRegistry(registry.config.file), { repair: true }, silent);
      for (const server of [running, later]) expect(server.ready().index).toBeDefined();
    } finally {
      await Promise.all([running.close(), later.close()]);
    }
  });
}

test("where nobody can say any more what was published, a server goes on from what it saw last", async () => {
  using upstream = startSmallUpstream();
  upstream.list("a/x", "1.0.0");
  const registry = await islandOf({ up: upstream });
  await publish(registry, "1.0.0");
  await sync(registry, {}, silent);
  const server = serveRegistry(openRegistry(registry.config.file), {
    offline: false,
    warn: silent,
  });
  try {
    expect(server.browse.source("a/x")).toBe("up");
    for (const file of [refFile(registry), noteFile(registry)]) writeFileSync(file, "");
    expect((await server.archive("a/x", "1.0.0", true)).entry.module).toBe("a/x");
    expect(server.browse.source("alice/json")).toBeUndefined();
  } finally {
    await server.close();
  }
});
