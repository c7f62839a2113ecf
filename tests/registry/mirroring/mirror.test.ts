/** What a mirror leaves behind when it brings nothing. */
import { expect, test } from "bun:test";
import { truncateSync } from "node:fs";
import { mirror, type Registry, status, verify } from "../../../src/registry/mod.ts";
import {
  archiveFile,
  changed,
  everything,
  islandOf,
  silent,
  startSmallUpstream,
} from "../../support/islands.ts";

test("a dry run pushes nothing", async () => {
  using upstream = startSmallUpstream();
  upstream.list("a/x", "1.0.0");
  const git = `[git]\nremote_url = "${upstream.host.url}/shared.git"\nauto_push = true\n`;
  const registry = changed(await islandOf({ up: upstream }), (toml) => toml + git);
  const pushes = () => upstream.host.answers.filter((each) => each.includes("/shared.git")).length;
  await mirror(registry, everything, silent);
  const before = pushes();
  expect(before).toBeGreaterThan(0);
  upstream.list("a/x", "1.1.0");
  await mirror(registry, { ...everything, dryRun: true }, silent);
  expect(pushes()).toBe(before);
});

test("when nothing matches, what the sources list is shown all the same", async () => {
  using upstream = startSmallUpstream();
  upstream.list("a/x", "1.0.0");
  upstream.list("a/y", "1.0.0");
  const registry = await islandOf({ up: upstream });
  const listed = async (each: Registry) => (await status(each)).listed.modules;
  const attempt = mirror(registry, { patterns: ["b/*"] }, silent);
  await expect(attempt).rejects.toMatchObject({ code: "not-found" });
  expect(await listed(registry)).toBe(2);
  upstream.list("a/z", "1.0.0");
  const dry = mirror(registry, { patterns: ["b/*"], dryRun: true }, silent);
  await expect(dry).rejects.toMatchObject({ code: "not-found" });
  expect(await listed(registry)).toBe(2);
});

test("a source that failed is named, and missed when something may have been its own", async () => {
  using upstream = startSmallUpstream();
  using partner = startSmallUpstream();
  const needing = { fields: { deps: { "b/y": "1.0.0" } } };
  upstream.list("a/x", "1.0.0");
  upstream.list("a/z", "1.0.0", needing);
  partner.list("b/y", "1.0.0");
  const registry = await islandOf({ up: upstream, partner });
  await mirror(registry, { ...everything, dryRun: true }, silent);
  partner[Symbol.dispose]();
  const missedBy = async (options: { patterns: string[]; source?: string }) => {
    const { sources, missed } = await mirror(registry, { ...options, dryRun: true }, silent);
    const outcome = expect.stringMatching(/failed|skipped/);
    expect(sources).toContainEqual(expect.objectContaining({ name: "partner", outcome }));
    return missed;
  };
  expect(await missedBy({ patterns: ["a/x"], source: "up" })).toEqual([]);
  expect(await missedBy({ patterns: ["a/z"], source: "up" })).toEqual(["partner"]);
  expect(await missedBy({ patterns: ["a/x"] })).toEqual(["partner"]);
});

/** A registry with one source more. */
async function withSource(
  registry: Registry,
  { name, url, priority }: { name: string; url: string; priority: number },
): Promise<Registry> {
  const table = `[[sources]]\nname = "${name}"\nurl = "${url}"\npriority = ${priority}\n`;
  return changed(registry, (toml) => `${toml}${table}`);
}

test("sources that say nothing do not hold up the one that is asked, if they come after it", async () => {
  using upstream = startSmallUpstream();
  upstream.list("a/x", "1.0.0");
  await using mute = neverAnswering();
  const registry = await withSource(await islandOf({ up: upstream }), {
    name: "mute",
    url: mute.url,
    priority: 99,
  });
  const asked = { ...everything, source: "up" };
  const { downloaded, sources, missed } = await mirror(registry, asked, silent);
  expect([downloaded, missed]).toEqual([1, []]);
  expect(sources).toContainEqual({ name: "mute", outcome: "skipped" });
  // Nothing is known of it: it has not failed.
  const { sources: known } = await status(registry);
  expect(known.find(({ name }) => name === "mute")).toMatchObject({
    lastSync: null,
    lastError: null,
  });
}, 10_000);

test("one that comes before it and is slow is waited for: it may own what the other offers", async () => {
  using upstream = startSmallUpstream();
  upstream.list("a/x", "1.0.0");
  await using mute = neverAnswering();
  const registry = await withSource(await islandOf({ up: upstream }), {
    name: "slow",
    url: mute.url,
    priority: 1,
  });
  const abort = new AbortController();
  const asked = { ...everything, source: "up", signal: abort.signal };
  const attempt = mirror(registry, asked, silent).catch((error: unknown) => error);
  // Longer than others are waited for.
  const first = await Promise.race([attempt, Bun.sleep(2_500).then(() => "still waiting")]);
  expect(first).toBe("still waiting");
  abort.abort(new Error("enough"));
  expect(await attempt).toEqual(new Error("enough"));
}, 10_000);

function neverAnswering() {
  const held: ((response: Response) => void)[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch: () => new Promise<Response>((answer) => held.push(answer)),
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

test("when the source that is needed fails, what others list is shown all the same", async () => {
  using upstream = startSmallUpstream();
  const gone = startSmallUpstream();
  upstream.list("a/x", "1.0.0");
  const registry = await islandOf({ up: upstream, gone });
  gone[Symbol.dispose]();
  const attempt = mirror(registry, { ...everything, source: "gone" }, silent);
  await expect(attempt).rejects.toMatchObject({ code: "upstream" });
  expect((await status(registry)).listed.modules).toBe(1);
});

test("what a source offers and another owns is not said to be offered by nobody", async () => {
  using first = startSmallUpstream();
  using second = startSmallUpstream();
  first.list("a/x", "1.0.0");
  second.list("a/x", "1.0.0");
  const registry = await islandOf({ first, second });
  const attempt = mirror(registry, { patterns: ["a/x"], source: "second" }, silent);
  await expect(attempt).rejects.toMatchObject({
    code: "not-found",
    message: "source second offers a/x, but it is of source first, which comes first",
  });
  const nothing = mirror(registry, { patterns: ["a/y"], source: "second" }, silent);
  await expect(nothing).rejects.toMatchObject({
    message: "no module of source second matches a/y",
  });
});

test("an archive of no bytes is not stored: it is fetched again, not counted, and told of", async () => {
  using upstream = startSmallUpstream();
  const sha256 = upstream.list("a/x", "1.0.0");
  upstream.list("a/y", "1.0.0");
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  truncateSync(archiveFile(registry, sha256), 0);
  expect((await status(registry)).stored.archives).toBe(1);
  const { problems } = await verify(registry, {}, silent);
  expect(problems).toMatchObject([{ kind: "archive", subject: sha256 }]);
  const dry = await mirror(registry, { ...everything, dryRun: true }, silent);
  expect(dry.plan).toEqual([{ module: "a/x", version: "1.0.0" }]);
  expect(await mirror(registry, everything, silent)).toMatchObject({
    downloaded: 1,
    alreadyStored: 1,
  });
  expect((await verify(registry, {}, silent)).problems).toEqual([]);
  expect((await status(registry)).stored.archives).toBe(2);
});
