/** A server that keeps itself up to date. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { serve, succeed } from "../support/executable.ts";
import { createWorld, ofModules } from "../support/world.ts";

/** Asks again and again until it is so, or the test's time is over. */
async function until<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    await Bun.sleep(20);
  }
}

interface Ready {
  index: string | null;
  sync?: { last: string | null; error: string | null; failures: number; next: string };
}

test("what is new upstream is listed and stored without anybody's doing", async () => {
  await using world = await createWorld();
  const { dir, entries, upstream } = world;
  const [first, ...rest] = ofModules(entries, "moonbitlang/x");
  await world.publish([first!]);
  await succeed(["mirror", "moonbitlang/x", "--strict"], { cwd: dir });
  await succeed(["config", "mirror.sync_interval", "1s"], { cwd: dir });
  await succeed(["config", "mirror.auto_sync", "true"], { cwd: dir });
  await using server = await serve(dir);
  const ready = async () => (await (await fetch(`${server.url}/ready`)).json()) as Ready;
  const before = await until(ready, ({ sync }) => typeof sync?.last === "string");
  expect(before.sync).toMatchObject({ error: null, failures: 0 });

  await world.publish([first!, ...rest]);
  const after = await until(ready, ({ index }) => index !== before.index);
  expect(after.index).not.toBe(before.index);
  const newest = rest.at(-1)!;
  const path = join(dir, "data", "packages", "sha256", newest.checksum.slice(0, 2));
  await until(
    async () => existsSync(join(path, `${newest.checksum}.zip`)),
    (there) => there,
  );

  // A source that is gone is told of, and does not end anything.
  await upstream.stop();
  const failing = await until(ready, ({ sync }) => (sync?.failures ?? 0) > 0);
  expect(failing.sync?.error).toContain("source up cannot be reached");
  const url = `${server.url}/user/moonbitlang/x/${newest.version}.zip`;
  expect((await fetch(url)).status).toBe(200);
  expect(await server.stop()).toBe(0);
}, 30_000);

test("offline, nothing is synced", async () => {
  await using world = await createWorld();
  await succeed(["sync"], { cwd: world.dir });
  await succeed(["config", "mirror.auto_sync", "true"], { cwd: world.dir });
  world.upstream.forgetRequests();
  await using server = await serve(world.dir, ["--offline"]);
  const ready = (await (await fetch(`${server.url}/ready`)).json()) as Ready;
  expect(ready.sync).toBeUndefined();
  expect(world.upstream.requests).toHaveLength(0);
});
