import { describe, expect, test } from "bun:test";
import { chownSync, readdirSync } from "node:fs";
import { deleteRef, readRef, writeRef } from "../../../src/git/mod.ts";
import { openDirectory, packModule } from "../../../src/packaging/mod.ts";
import { conflicts, openRegistry, type Registry, recompute } from "../../../src/registry/mod.ts";
import { ALL_VIEW, PUBLISHED, STORED_VIEW } from "../../../src/registry/paths.ts";
import { publishArchive, publishDirectory } from "../../../src/registry/publishing/publish.ts";
import { writeModule } from "../../support/module.ts";
import {
  fetched,
  linesOn,
  newRegistry,
  refsOf,
  refusalOf,
  SOURCE,
  temporaries,
} from "../../support/published.ts";
import { craftZip, type Part } from "../../support/zip.ts";

const MANIFEST: Part = {
  name: "moon.mod.json",
  content: '{"name": "alice/json", "version": "0.1.0"}',
};

const stream = (blob: Blob) => blob.stream() as AsyncIterable<Uint8Array>;

async function refusal(registry: Registry, parts: readonly Part[]): Promise<string> {
  const before = refsOf(registry);
  const { code, message } = await refusalOf(publishArchive(registry, stream(craftZip(parts))));
  expect(code).toBe("invalid");
  // Nothing is left of it, anywhere.
  expect(refsOf(registry)).toEqual(before);
  expect(temporaries(registry)).toEqual([]);
  expect((await registry.archives.list()).size).toBe(0);
  return message;
}

describe("a publication", () => {
  test("is stored, listed in both views, and served as the archive that was built", async () => {
    const registry = await newRegistry();
    const dir = writeModule({ fields: { description: "JSON", keywords: ["a"] } });
    const published = await publishDirectory(registry, dir);
    expect(published).toMatchObject({
      module: "alice/json",
      version: "0.1.0",
      outcome: "published",
    });
    for (const ref of [PUBLISHED, ALL_VIEW, STORED_VIEW]) {
      expect(linesOn(registry, ref, "alice/json")).toEqual([published.line]);
    }
    const line = JSON.parse(published.line);
    expect(Object.keys(line)).toEqual([
      ...["name", "version", "license", "readme", "description", "keywords"],
      ...["checksum", "created_at"],
    ]);
    expect(line.checksum).toBe(published.checksum);
    expect(Date.now() - Date.parse(line.created_at)).toBeLessThan(60_000);
    const stored = await (await registry.archives.get(published.checksum))!.bytes();
    const built = Buffer.concat(await Array.fromAsync(packModule(await openDirectory(dir))));
    expect(built.equals(stored)).toBe(true);
    expect(temporaries(registry)).toEqual([]);
  });

  test("takes no field from the manifest that is the registry's to say", async () => {
    const registry = await newRegistry();
    const fields = {
      checksum: "f".repeat(64),
      created_at: "1999",
      yanked: true,
      yanked_reason: "x",
    };
    const { line, checksum } = await publishDirectory(registry, writeModule({ fields }));
    expect(JSON.parse(line)).toMatchObject({ checksum });
    expect(line).not.toContain("1999");
    expect(line).not.toContain("yanked");
  });

  test("goes after the versions before it, whose bytes stay", async () => {
    const registry = await newRegistry();
    const versions = ["0.2.0", "0.1.0", "1.0.0-rc.1", "1.0.0+5"];
    const lines: string[] = [];
    for (const version of versions) {
      lines.push((await publishDirectory(registry, writeModule({ version }))).line);
      expect(linesOn(registry, ALL_VIEW, "alice/json")).toEqual(lines);
    }
  });

  test("may need what a source has or what was published before, and nothing else", async () => {
    const registry = await newRegistry(SOURCE);
    await fetched(registry, "up", { "bob/x": ["1.0.0"] });
    await publishDirectory(registry, writeModule({ name: "alice/base" }));
    const deps = { "bob/x": "1.0.0", "alice/base": "0.1.0" };
    await publishDirectory(registry, writeModule({ fields: { deps } }));
    const more = { "bob/x": "2.0.0", "bob/y": "1.0.0", "carol/z": { path: "../z" } };
    const next = writeModule({ version: "0.2.0", fields: { deps: more } });
    const failure = await refusalOf(publishDirectory(registry, next));
    expect(failure.code).toBe("invalid");
    expect(failure.details.problems.map(({ message }) => message)).toEqual([
      "deps: carol/z is a folder beside the module, which no registry has",
      "deps: no version of bob/x satisfies 2.0.0; there is 1.0.0",
      "deps: bob/y is in no source of this registry",
    ]);
  });

  test("that is tried only changes nothing and says what it would do", async () => {
    const registry = await newRegistry();
    const dir = writeModule();
    const tried = await publishDirectory(registry, dir, { dryRun: true });
    expect(tried.outcome).toBe("checked");
    expect(refsOf(registry)).toEqual({});
    expect((await registry.archives.list()).size).toBe(0);
    expect(temporaries(registry)).toEqual([]);
    const { checksum } = await publishDirectory(registry, dir);
    expect(checksum).toBe(tried.checksum);
    expect((await publishDirectory(registry, dir, { dryRun: true })).outcome).toBe("unchanged");
  });
});

describe("a published version", () => {
  test("stays as it is when the same bytes come again", async () => {
    const registry = await newRegistry();
    const first = await publishDirectory(registry, writeModule());
    const before = refsOf(registry);
    const again = await publishDirectory(registry, writeModule());
    expect(again).toEqual({ ...first, outcome: "unchanged" });
    expect(refsOf(registry)).toEqual(before);
  });

  test("refuses other bytes, with both hashes, and keeps nothing of them", async () => {
    const registry = await newRegistry();
    const { checksum } = await publishDirectory(registry, writeModule());
    const before = refsOf(registry);
    const other = writeModule({ files: { "src/more.mbt": "" } });
    const failure = await refusalOf(publishDirectory(registry, other));
    expect(failure.code).toBe("exists");
    expect(failure.details.published).toBe(checksum);
    expect(failure.details.given).toMatch(/^[0-9a-f]{64}$/);
    expect(failure.message).toContain(failure.details.given);
    expect(refsOf(registry)).toEqual(before);
    expect([...(await registry.archives.list())]).toEqual([checksum]);
    expect(temporaries(registry)).toEqual([]);
  });

  test("stays when its dependencies are gone", async () => {
    const registry = await newRegistry(SOURCE);
    await fetched(registry, "up", { "bob/x": ["1.0.0"] });
    const dir = writeModule({ fields: { deps: { "bob/x": "1.0.0" } } });
    const body = packModule(await openDirectory(dir));
    await publishArchive(registry, body);
    await fetched(registry, "up", {});
    const again = await publishArchive(registry, packModule(await openDirectory(dir)));
    expect(again.outcome).toBe("unchanged");
    await recompute(registry);
    expect(linesOn(registry, ALL_VIEW, "alice/json")).toHaveLength(1);
  });

  test("is held back for no age, but kept away by a block", async () => {
    const aged = await newRegistry('[policy]\nmin_age = "30d"\n');
    await publishDirectory(aged, writeModule());
    expect(linesOn(aged, ALL_VIEW, "alice/json")).toHaveLength(1);
    const blocked = await newRegistry('[policy]\nblock = ["alice/*"]\n');
    await publishDirectory(blocked, writeModule());
    expect(linesOn(blocked, PUBLISHED, "alice/json")).toHaveLength(1);
    expect(linesOn(blocked, ALL_VIEW, "alice/json")).toHaveLength(0);
  });

  test("of 50 at once with other bytes each one wins, and the index has one line", async () => {
    const registry = await newRegistry();
    const tries = Array.from({ length: 50 }, (_, at) =>
      publishDirectory(registry, writeModule({ files: { "src/n.mbt": `${at}` } })).then(
        ({ outcome, checksum }) => ({ outcome, checksum }),
        (error) => ({ outcome: error.code as string, checksum: error.details.published }),
      ),
    );
    const results = await Promise.all(tries);
    const won = results.filter(({ outcome }) => outcome === "published");
    expect(won).toHaveLength(1);
    expect(results.filter(({ outcome }) => outcome === "exists")).toHaveLength(49);
    // The losers are told the winner's hash.
    expect(new Set(results.map(({ checksum }) => checksum))).toEqual(new Set([won[0]!.checksum]));
    for (const ref of [PUBLISHED, ALL_VIEW, STORED_VIEW]) {
      expect(linesOn(registry, ref, "alice/json")).toHaveLength(1);
    }
    expect([...(await registry.archives.list())]).toEqual([won[0]!.checksum]);
  });

  test("of 20 versions at once none is lost", async () => {
    const registry = await newRegistry();
    const versions = Array.from({ length: 20 }, (_, at) => `0.${at}.0`);
    await Promise.all(
      versions.map((version) => publishDirectory(registry, writeModule({ version }))),
    );
    const lines = linesOn(registry, ALL_VIEW, "alice/json").map((line) => JSON.parse(line).version);
    expect(lines.sort()).toEqual(versions.sort());
  });
});

describe("a name", () => {
  test("that a source offers is not published over, whoever comes first in the overlay", async () => {
    const registry = await newRegistry(SOURCE);
    await fetched(registry, "up", { "bob/x": ["1.0.0"] });
    for (const version of ["1.0.0", "9.9.9"]) {
      const failure = await refusalOf(
        publishDirectory(registry, writeModule({ name: "bob/x", version })),
      );
      expect(failure.code).toBe("forbidden");
      expect(failure.message).toBe(
        "bob/x belongs to source up: publishing it here would take its place",
      );
    }
    expect(linesOn(registry, ALL_VIEW, "bob/x")).toEqual([]);
    expect(refsOf(registry)[PUBLISHED]).toBeUndefined();
    expect((await registry.archives.list()).size).toBe(0);
  });

  test("that was published first stays the registry's own, whatever a source offers later", async () => {
    const registry = await newRegistry(SOURCE);
    await publishDirectory(registry, writeModule());
    await fetched(registry, "up", { "alice/json": ["0.1.0", "99.0.0"], "bob/x": ["1.0.0"] });
    await recompute(registry);
    expect(conflicts(registry)).toEqual([
      { module: "alice/json", owner: "published", losers: ["up"] },
    ]);
    const next = await publishDirectory(registry, writeModule({ version: "0.2.0" }));
    expect(next.outcome).toBe("published");
    const versions = linesOn(registry, ALL_VIEW, "alice/json").map(
      (line) => JSON.parse(line).version,
    );
    expect(versions).toEqual(["0.1.0", "0.2.0"]);
    expect(linesOn(registry, ALL_VIEW, "bob/x")).toHaveLength(1);
  });

  test("that a source could offer that was never asked is published with a warning", async () => {
    const registry = await newRegistry(SOURCE);
    const { warnings } = await publishDirectory(registry, writeModule());
    expect(warnings.map(({ message }) => message)).toEqual([
      "source up was never fetched: whether it offers alice/json is not known",
    ]);
    await fetched(registry, "up", {});
    expect((await publishDirectory(registry, writeModule())).warnings).toEqual([]);
  });

  test("that differs in case from another is refused, also of two at once", async () => {
    const registry = await newRegistry(SOURCE);
    await fetched(registry, "up", { "Bob/x": ["1.0.0"] });
    const twin = await refusalOf(publishDirectory(registry, writeModule({ name: "bob/X" })));
    expect(twin.message).toContain('name "bob/X" differs from Bob/x in case or form only');
    const results = await Promise.all(
      ["alice/json", "alice/JSON", "Alice/new"].map((name) =>
        publishDirectory(registry, writeModule({ name })).then(
          () => "published",
          (error) => error.code as string,
        ),
      ),
    );
    expect(results.sort()).toEqual(["invalid", "invalid", "published"]);
  });

  test("is the caller's to publish, which is asked before anything else of it", async () => {
    const registry = await newRegistry();
    const asked: string[] = [];
    const authorize = (name: string) => {
      asked.push(name);
      throw new Error("no");
    };
    const archive = craftZip([{ ...MANIFEST, content: '{"name": "bob/x"}' }]);
    const failure = await refusalOf(publishArchive(registry, stream(archive), { authorize }));
    expect(failure.message).toBe("no");
    expect(asked).toEqual(["bob/x"]);
    expect(temporaries(registry)).toEqual([]);
  });

  test("is the one that the archive was sent under", async () => {
    const registry = await newRegistry();
    const expected = { module: "alice/json", version: "0.2.0" };
    const sent = publishArchive(registry, stream(craftZip([MANIFEST])), { expected });
    expect((await refusalOf(sent)).message).toBe(
      "the archive holds alice/json@0.1.0, not alice/json@0.2.0",
    );
  });
});

describe("an archive that anybody sends is refused", () => {
  const hostile: [string, Part[], string][] = [
    ["no zip at all", [], "the archive has no moon.mod and no moon.mod.json at its root"],
    ["a way out", [MANIFEST, { name: "../x" }], '../x: has ".." in its path'],
    ["an absolute path", [MANIFEST, { name: "/etc/x" }], "/etc/x: has an absolute path"],
    ["a backslash", [MANIFEST, { name: "..\\x" }], "..\\x: has a backslash in its path"],
    ["a link", [MANIFEST, { name: "l", mode: 0o120777 }], "l: is a symbolic link"],
    ["twins", [MANIFEST, { name: "A" }, { name: "a" }], "a: is the same file as A where case"],
    ["two manifests", [MANIFEST, MANIFEST], "moon.mod.json: is the same file as moon.mod.json"],
    ["a device", [MANIFEST, { name: "src/NUL.mbt" }], "src/NUL.mbt: cannot be everywhere"],
    [
      "a password",
      [MANIFEST, { name: "p", content: "k".repeat(12), size: 0, flags: 0x801 }],
      "p: is encrypted",
    ],
    ["a wrong CRC", [MANIFEST, { name: "a", content: "x", crc: 1 }], "a: does not have the CRC"],
    [
      "a lie about a size",
      [MANIFEST, { name: "a", content: "x".repeat(999), deflate: true, size: 1 }],
      "a: ",
    ],
    [
      "a bomb",
      [MANIFEST, { name: "b", size: 600 * 1024 * 1024, deflate: true }],
      "the archive unpacks to",
    ],
    [
      "its folder zipped",
      [{ ...MANIFEST, name: "json/moon.mod.json" }],
      "the archive has no moon.mod",
    ],
    ["a broken manifest", [{ ...MANIFEST, content: "{" }], "moon.mod.json, line 1: not JSON"],
    [
      "a bad name",
      [{ ...MANIFEST, content: '{"name": "../x", "version": "1.0.0"}' }],
      'name "../x" has',
    ],
  ];
  test.each(hostile)("with %s", async (_, parts, why) => {
    expect(await refusal(await newRegistry(), parts)).toContain(why);
  });

  test("when it is no zip, or more than the limit", async () => {
    const registry = await newRegistry();
    const noise = new Blob([Buffer.alloc(1000, "x")]);
    expect((await refusalOf(publishArchive(registry, stream(noise)))).code).toBe("invalid");
    let sent = 0;
    async function* endless() {
      for (const chunk = new Uint8Array(1024 * 1024); ; sent++) yield chunk;
    }
    const failure = await refusalOf(publishArchive(registry, endless()));
    expect(failure.code).toBe("too-large");
    expect(sent).toBeLessThan(70);
    expect(temporaries(registry)).toEqual([]);
  });
});

test("a body that breaks off leaves nothing", async () => {
  const registry = await newRegistry();
  async function* broken() {
    yield await craftZip([MANIFEST]).bytes();
    throw new Error("gone");
  }
  expect((await refusalOf(publishArchive(registry, broken()))).message).toBe("gone");
  expect(temporaries(registry)).toEqual([]);
  expect((await registry.archives.list()).size).toBe(0);
});

describe("a crash", () => {
  test("between archive and index leaves bytes that nothing names, and the version free", async () => {
    const registry = await newRegistry();
    const dir = writeModule();
    await registry.archives.put(packModule(await openDirectory(dir)));
    expect(refsOf(registry)).toEqual({});
    expect((await publishDirectory(registry, dir)).outcome).toBe("published");
  });

  test("between index and views is made good by the next publication of the same", async () => {
    const registry = await newRegistry();
    await publishDirectory(registry, writeModule({ version: "0.0.1" }));
    const views = [ALL_VIEW, STORED_VIEW].map((ref) => [ref, readRef(registry.paths.index, ref)!]);
    await publishDirectory(registry, writeModule());
    for (const [ref, oid] of views) await writeRef(registry.paths.index, ref!, oid!);
    expect(linesOn(registry, ALL_VIEW, "alice/json")).toHaveLength(1);
    expect((await publishDirectory(registry, writeModule())).outcome).toBe("unchanged");
    expect(linesOn(registry, ALL_VIEW, "alice/json")).toHaveLength(2);
    expect(linesOn(registry, STORED_VIEW, "alice/json")).toHaveLength(2);
  });

  test("that lost an archive is made good as well", async () => {
    const registry = await newRegistry();
    const { checksum } = await publishDirectory(registry, writeModule());
    await registry.archives.delete(checksum);
    expect((await publishDirectory(registry, writeModule())).outcome).toBe("unchanged");
    expect(registry.archives.has(checksum)).toBe(true);
  });

  test("that lost the views loses nothing: they follow from what was published", async () => {
    const registry = await newRegistry(SOURCE);
    await fetched(registry, "up", { "bob/x": ["1.0.0"] });
    await publishDirectory(registry, writeModule());
    const tree = () => registry.objects.commit(readRef(registry.paths.index, ALL_VIEW)!).tree;
    const before = tree();
    for (const ref of [ALL_VIEW, STORED_VIEW]) await deleteRef(registry.paths.index, ref);
    await recompute(openRegistry(registry.config.file));
    expect(tree()).toBe(before);
  });
});

test("no source can be called as what is published here", async () => {
  const toml = SOURCE.replace('"up"', '"published"');
  expect(newRegistry(toml)).rejects.toThrow('`sources.name` must not be "published"');
});

test.skipIf(process.getuid?.() !== 0)(
  "by root into what is another's leaves nothing there",
  async () => {
    const registry = await newRegistry();
    const { root } = registry.paths;
    const before = readdirSync(root, { recursive: true });
    chownSync(root, 12_345, 54_321);
    const refused = await refusalOf(publishDirectory(registry, writeModule()));
    expect(refused.code).toBe("forbidden");
    expect(readdirSync(root, { recursive: true })).toEqual(before);
  },
);
