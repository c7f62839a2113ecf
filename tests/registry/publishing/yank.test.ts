import { describe, expect, test } from "bun:test";
import { ALL_VIEW, PUBLISHED, STORED_VIEW } from "../../../src/registry/paths.ts";
import { publishDirectory } from "../../../src/registry/publishing/publish.ts";
import { unyank, yank } from "../../../src/registry/publishing/yank.ts";
import { writeModule } from "../../support/module.ts";
import {
  fetched,
  linesOn,
  newRegistry,
  refsOf,
  refusalOf,
  SOURCE,
} from "../../support/published.ts";
import { createRandom } from "../../support/random.ts";

const MODULE = "alice/json";

describe("a yank", () => {
  test("adds two fields to the line's end, and every other byte stays", async () => {
    const registry = await newRegistry();
    const { line, checksum } = await publishDirectory(registry, writeModule());
    const other = await publishDirectory(registry, writeModule({ version: "0.2.0" }));
    expect(await yank(registry, MODULE, "0.1.0", 'loses "data"\\')).toMatchObject({
      changed: true,
    });
    const yanked = `${line.slice(0, -1)},"yanked":true,"yanked_reason":"loses \\"data\\"\\\\"}`;
    for (const ref of [PUBLISHED, ALL_VIEW, STORED_VIEW]) {
      expect(linesOn(registry, ref, MODULE)).toEqual([yanked, other.line]);
    }
    expect(JSON.parse(yanked).yanked_reason).toBe('loses "data"\\');
    // Whoever asks for exactly this version gets it.
    expect(registry.archives.has(checksum)).toBe(true);
  });

  test("can be taken back, to the byte", async () => {
    const registry = await newRegistry();
    const { line } = await publishDirectory(registry, writeModule());
    await yank(registry, MODULE, "0.1.0", "");
    await yank(registry, MODULE, "0.1.0", "another reason");
    expect(await unyank(registry, MODULE, "0.1.0")).toMatchObject({ yanked: false, changed: true });
    expect(linesOn(registry, ALL_VIEW, MODULE)).toEqual([line]);
  });

  test("that says nothing new changes nothing", async () => {
    const registry = await newRegistry();
    await publishDirectory(registry, writeModule());
    await yank(registry, MODULE, "0.1.0", "bad");
    const before = refsOf(registry);
    expect(await yank(registry, MODULE, "0.1.0", "bad")).toMatchObject({ changed: false });
    expect(refsOf(registry)).toEqual(before);
    await unyank(registry, MODULE, "0.1.0");
    expect(await unyank(registry, MODULE, "0.1.0")).toMatchObject({ changed: false });
  });

  test("that is said again without a reason keeps the one it has", async () => {
    const registry = await newRegistry();
    await publishDirectory(registry, writeModule());
    await yank(registry, MODULE, "0.1.0", "bad");
    const again = { yanked: true, reason: "bad", changed: false };
    expect(await yank(registry, MODULE, "0.1.0", "")).toMatchObject(again);
    expect(linesOn(registry, ALL_VIEW, MODULE)[0]).toContain('"yanked_reason":"bad"');
    await unyank(registry, MODULE, "0.1.0");
    expect(await yank(registry, MODULE, "0.1.0", "")).toMatchObject({ reason: "", changed: true });
  });

  test("does not make room for other bytes, and the same bytes do not take it back", async () => {
    const registry = await newRegistry();
    await publishDirectory(registry, writeModule());
    await yank(registry, MODULE, "0.1.0", "bad");
    const other = writeModule({ files: { more: "" } });
    expect((await refusalOf(publishDirectory(registry, other))).code).toBe("exists");
    expect((await publishDirectory(registry, writeModule())).outcome).toBe("unchanged");
    expect(linesOn(registry, ALL_VIEW, MODULE)[0]).toContain('"yanked":true');
  });

  test("is for what was published here only", async () => {
    const registry = await newRegistry(SOURCE);
    await fetched(registry, "up", { "bob/x": ["1.0.0"] });
    await publishDirectory(registry, writeModule());
    const foreign = await refusalOf(yank(registry, "bob/x", "1.0.0", "bad"));
    expect(foreign.code).toBe("forbidden");
    expect(foreign.message).toBe(
      "bob/x is from source up: only what was published here can be yanked here",
    );
    expect((await refusalOf(yank(registry, MODULE, "9.9.9", ""))).code).toBe("not-found");
    expect((await refusalOf(unyank(registry, "../x", "1.0.0"))).code).toBe("not-found");
  });

  test.each(["a\nb", "a\u001b[31m", "\u202eb", "x".repeat(501), "\ud800"])(
    "takes no reason %j",
    async (reason) => {
      const registry = await newRegistry();
      await publishDirectory(registry, writeModule());
      expect((await refusalOf(yank(registry, MODULE, "0.1.0", reason))).code).toBe("usage");
    },
  );
});

test("whatever is done, in whatever order, no version and no byte of a line is ever lost", async () => {
  const seed = Number(process.env.MOONBIT_REGISTRY_TEST_SEED ?? Date.now() % 1_000_000);
  const random = createRandom(seed);
  const registry = await newRegistry();
  const known = new Map<string, string>();
  for (let step = 0; step < 40; step++) {
    const version = `0.${random.int(6)}.0`;
    const files = { more: `${random.int(3)}` };
    if (random.chance(0.5)) {
      await publishDirectory(registry, writeModule({ version, files })).then(
        ({ line, outcome }) => {
          if (outcome === "published") known.set(version, line);
        },
        (error) => expect(error.code).toBe("exists"),
      );
    } else if (random.int(2) === 0) {
      await yank(registry, MODULE, version, `reason ${step}`).catch(({ code }) =>
        expect(code).toBe("not-found"),
      );
    } else {
      await unyank(registry, MODULE, version).catch(({ code }) => expect(code).toBe("not-found"));
    }
    const lines = linesOn(registry, ALL_VIEW, MODULE);
    const bare = lines.map((line) => line.replace(/,"yanked":true,"yanked_reason":"[^"]*"}$/, "}"));
    if (bare.join("\n") !== [...known.values()].join("\n")) {
      throw new Error(`fails with MOONBIT_REGISTRY_TEST_SEED=${seed}, at step ${step}`);
    }
  }
});
