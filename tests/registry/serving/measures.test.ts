import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { createMeter } from "../../../src/registry/serving/measures.ts";
import { openState } from "../../../src/registry/state.ts";
import { status } from "../../../src/registry/upkeep/status.ts";
import { currentOffer } from "../../../src/registry/views/offer.ts";
import { updateViews } from "../../../src/registry/views/views.ts";
import { fetched, newRegistry, SOURCE } from "../../support/published.ts";

test("modules and versions are counted on from commit to commit", async () => {
  const registry = await newRegistry(SOURCE);
  const meter = createMeter(registry);
  const shown = async (modules: Record<string, string[]>) => {
    await fetched(registry, "up", modules);
    await updateViews(registry, await currentOffer(registry), () => {});
    return (await meter.read(0)).listed;
  };
  expect((await meter.read(0)).listed).toEqual({ modules: 0, versions: 0 });
  const first = { "a/x": ["1.0.0", "1.1.0"], "b/y": ["1.0.0"] };
  expect(await shown(first)).toEqual({ modules: 2, versions: 3 });
  expect(await shown({ ...first, "a/x": ["1.1.0"] })).toEqual({ modules: 2, versions: 2 });
  expect(await shown({ ...first, "c/z": ["1.0.0"] })).toEqual({ modules: 3, versions: 4 });
  expect(await shown({ "c/z": ["1.0.0"] })).toEqual({ modules: 1, versions: 1 });
  expect((await meter.read(0)).listed).toEqual((await createMeter(registry).read(0)).listed);
  registry.objects.close();
});

test.if(existsSync("/proc/self/fd"))(
  "a state that cannot be understood is left open by nobody who reads it",
  async () => {
    const registry = await newRegistry(`${SOURCE}[mirror]\nauto_sync = true\n`);
    const { state } = registry.paths;
    openState(state).close();
    const db = new Database(state);
    db.exec("INSERT INTO auto_sync (id, state) VALUES (1, 'spoilt')");
    db.close();
    const open = () =>
      readdirSync("/proc/self/fd").filter((fd) => {
        const path = `/proc/self/fd/${fd}`;
        return existsSync(path) && readlinkSync(path) === state;
      });
    for (let i = 0; i < 3; i++) {
      await expect(createMeter(registry).read(0)).rejects.toThrow(SyntaxError);
      await expect(status(registry)).rejects.toThrow(SyntaxError);
    }
    expect(open()).toEqual([]);
    registry.objects.close();
  },
);
