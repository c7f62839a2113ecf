import { expect, test } from "bun:test";
import { createResponseCache, reuse } from "../../src/server/response-cache.ts";

/** A cache before a route that tells how often it was asked, and what may happen to both. */
function createServer(limit?: number) {
  const state = { generation: 1 as number | undefined, isOpen: true, isStale: false };
  let asked = 0;
  let sent = 0;
  const cache = createResponseCache({
    generation() {
      if (state.generation === undefined) throw new Error("the index cannot be read");
      return state.generation;
    },
    isOpen: () => state.isOpen,
    ...(limit !== undefined && { limit }),
  });
  const get = async (
    path: string,
    init: RequestInit = {},
    answer = async (text: string): Promise<Response> => {
      const body = new Blob([text]);
      return reuse(new Response(body, { headers: { etag: '"1"' } }), {
        body: () => (state.isStale ? undefined : body),
        size: body.size,
        onSent: () => sent++,
      });
    },
  ) => {
    const request = new Request(`http://host${path}`, init);
    const { response, bytes } = await cache.respond(request, () => answer(`${path} ${++asked}`));
    // What was seen stands for a turn of the event loop.
    await new Promise(setImmediate);
    return { text: await response.text(), bytes, etag: response.headers.get("etag") };
  };
  const text = async (path: string, headers: Record<string, string> = {}) =>
    (await get(path, { headers })).text;
  return { state, cache, get, text, sent: () => sent };
}

test("an answer is sent again as it was, and whoever counts is told", async () => {
  const { get, sent } = createServer();
  const first = await get("/a");
  expect(first.text).toBe("/a 1");
  expect(sent()).toBe(0);
  expect(await get("/a")).toEqual({ text: "/a 1", bytes: 4, etag: '"1"' });
  expect(await get("/a")).toEqual({ text: "/a 1", bytes: 4, etag: '"1"' });
  expect(sent()).toBe(2);
  expect((await get("/a?b")).text).toBe("/a?b 2");
});

test("what is not marked is asked for each time", async () => {
  const { get } = createServer();
  const plain = async (text: string) => new Response(text);
  expect((await get("/a", {}, plain)).text).toBe("/a 1");
  expect((await get("/a", {}, plain)).text).toBe("/a 2");
});

test("a request that is no plain one neither takes what is kept nor is kept", async () => {
  const { get, text } = createServer();
  expect(await text("/a")).toBe("/a 1");
  expect(await text("/a", { authorization: "Bearer x" })).toBe("/a 2");
  expect(await text("/a", { range: "bytes=0-1" })).toBe("/a 3");
  expect(await text("/a", { "if-none-match": '"1"' })).toBe("/a 4");
  expect((await get("/a", { method: "HEAD" })).text).toBe("/a 5");
  expect((await get("/a", { method: "POST" })).text).toBe("/a 6");
  expect(await text("/a")).toBe("/a 1");
  expect(await text("/b", { authorization: "Bearer x" })).toBe("/b 7");
  expect(await text("/b")).toBe("/b 8");
});

test("all is forgotten with the next generation", async () => {
  const { state, text } = createServer();
  expect(await text("/a")).toBe("/a 1");
  state.generation = 2;
  expect(await text("/a")).toBe("/a 2");
  expect(await text("/a")).toBe("/a 2");
});

test("what was made while the generation changed is not kept", async () => {
  const { state, get, text } = createServer();
  const changing = async (words: string) => {
    state.generation = 2;
    const body = new Blob([`of before: ${words}`]);
    return reuse(new Response(body), { body: () => body, size: body.size });
  };
  expect((await get("/a", {}, changing)).text).toBe("of before: /a 1");
  expect(await text("/a")).toBe("/a 2");
});

test("nothing is given out while it is closed, nor kept", async () => {
  const { state, text } = createServer();
  expect(await text("/a")).toBe("/a 1");
  state.isOpen = false;
  expect(await text("/a")).toBe("/a 2");
  expect(await text("/b")).toBe("/b 3");
  state.isOpen = true;
  expect(await text("/a")).toBe("/a 1");
  expect(await text("/b")).toBe("/b 4");
});

test("an index that cannot be read is the routes' to tell", async () => {
  const { state, text } = createServer();
  expect(await text("/a")).toBe("/a 1");
  state.generation = undefined;
  expect(await text("/a")).toBe("/a 2");
  state.generation = 1;
  expect(await text("/a")).toBe("/a 1");
});

test("what does not hold any more is asked for anew", async () => {
  const { state, text } = createServer();
  expect(await text("/a")).toBe("/a 1");
  state.isStale = true;
  expect(await text("/a")).toBe("/a 2");
  state.isStale = false;
  expect(await text("/a")).toBe("/a 2");
});

test("memory is bounded: what was not asked for longest goes first", async () => {
  const { text } = createServer(5 * 2_000);
  expect(await text("/favourite")).toBe("/favourite 1");
  for (let at = 0; at < 20; at++) {
    await text(`/${at}`);
    expect(await text("/favourite")).toBe("/favourite 1");
  }
  expect(await text("/19")).toBe("/19 21");
  expect(await text("/0")).toBe("/0 22");
});

test("memory is bounded however long the URLs are", async () => {
  const { text } = createServer(20_000);
  const url = (at: number) => `/${at}?${"x".repeat(8_000)}`;
  for (let at = 0; at < 3; at++) await text(url(at));
  expect(await text(url(2))).toEndWith(" 3");
  expect(await text(url(0))).toEndWith(" 4");
});

test("the size of an answer is as it is announced, and else unknown", async () => {
  const { get } = createServer();
  const sized = async () => new Response(null, { headers: { "content-length": "7" } });
  expect((await get("/a", {}, sized)).bytes).toBe(7);
  expect((await get("/b")).bytes).toBeUndefined();
});
