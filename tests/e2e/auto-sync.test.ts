/** A server that keeps itself up to date. */
import { expect, test } from "bun:test";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { serve, succeed } from "../support/executable.ts";
import { repositoryHandler } from "../support/git-server.ts";
import { type SampleEntry, startUpstream } from "../support/upstream/mod.ts";
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

test("a source that is down at the start harms nothing, and is used when it comes back", async () => {
  await using world = await createWorld();
  const { dir, entries, upstream } = world;
  const [stored, cold] = ofModules(entries, "moonbitlang/x");
  await world.publish([stored!, cold!]);
  await succeed(["mirror", "moonbitlang/x", "--strict", "--latest", "2"], { cwd: dir });
  const path = (of: SampleEntry) =>
    join(dir, "data", "packages", "sha256", of.checksum.slice(0, 2), `${of.checksum}.zip`);
  rmSync(path(cold!));
  await succeed(["config", "mirror.sync_interval", "1s"], { cwd: dir });
  await succeed(["config", "mirror.auto_sync", "true"], { cwd: dir });
  await upstream.stop();

  await using server = await serve(dir);
  const ready = async () => (await (await fetch(`${server.url}/ready`)).json()) as Ready;
  const archive = (of: SampleEntry) =>
    fetch(`${server.url}/user/${of.module}/${of.version}.zip`).then(({ status }) => status);
  const down = await until(ready, ({ sync }) => (sync?.failures ?? 0) > 0);
  expect(down.index).not.toBeNull();
  expect(await archive(stored!)).toBe(200);
  expect(await archive(cold!)).toBe(502);

  const back = startUpstream({
    archive: world.archive,
    git: repositoryHandler(join(dir, "..", "upstream.git")),
    port: Number(new URL(upstream.url).port),
  });
  try {
    await world.publish(ofModules(entries, "moonbitlang/x"));
    await until(ready, ({ sync, index }) => sync?.error === null && index !== down.index);
    expect(await archive(cold!)).toBe(200);
    expect(existsSync(path(cold!))).toBe(true);
  } finally {
    await back.stop();
  }
}, 30_000);
