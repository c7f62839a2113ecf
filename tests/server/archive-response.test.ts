import { expect, test } from "bun:test";
import {
  archiveResponse,
  incomingResponse,
  parseRange,
} from "../../src/server/archive-response.ts";

test.each([
  ["bytes=0-9", { start: 0, end: 9 }],
  ["bytes=90-", { start: 90, end: 99 }],
  ["bytes=-10", { start: 90, end: 99 }],
  ["bytes=-1000", { start: 0, end: 99 }],
  ["bytes=50-1000", { start: 50, end: 99 }],
  ["bytes=100-", "unsatisfiable" as const],
  ["bytes=-0", "unsatisfiable" as const],
  ["bytes=9-0", undefined],
  ["bytes=0-1,3-4", undefined],
  ["lines=0-9", undefined],
  ["bytes=-", undefined],
  [null, undefined],
])("the range %p of 100 bytes is %p", (header, range) => {
  expect(parseRange(header, 100)).toEqual(range as never);
});

const BODY = new Blob(["0123456789"]);

const ask = (headers: Record<string, string>, method = "GET") =>
  archiveResponse(new Request("http://x/", { method, headers }), BODY, "abc");

test("the whole body comes with its hash as ETag and may be kept for ever", async () => {
  const response = ask({});
  expect(response.status).toBe(200);
  expect(response.headers.get("etag")).toBe('"abc"');
  expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(await response.text()).toBe("0123456789");
});

test("a part comes with its place in the whole", async () => {
  const response = ask({ range: "bytes=2-4" });
  expect(response.status).toBe(206);
  expect(response.headers.get("content-range")).toBe("bytes 2-4/10");
  expect(await response.text()).toBe("234");
});

test("only a GET has parts", async () => {
  const { status, headers } = ask({ range: "bytes=2-4" }, "HEAD");
  expect([status, headers.get("content-range")]).toEqual([200, null]);
  expect(headers.get("content-length")).toBe("10");
});

test("for a HEAD nothing of the body is read, though the answer is as long", async () => {
  const body = new Blob([new Uint8Array(2_500_000).fill(1)]);
  const response = archiveResponse(new Request("http://x/", { method: "HEAD" }), body, "abc");
  const read = await response.bytes();
  expect(read).toHaveLength(2_500_000);
  expect(read.includes(1)).toBe(false);
});

test("a part behind the end is refused with the size", () => {
  const response = ask({ range: "bytes=10-" });
  expect(response.status).toBe(416);
  expect(response.headers.get("content-range")).toBe("bytes */10");
  expect(response.headers.get("cache-control")).toBe("no-store");
});

test("a part of other bytes than the client has is the whole", async () => {
  expect(ask({ range: "bytes=2-4", "if-range": '"old"' }).status).toBe(200);
  expect(ask({ range: "bytes=2-4", "if-range": '"abc"' }).status).toBe(206);
});

test("what the client has is not sent again", async () => {
  const response = ask({ "if-none-match": '"abc"' });
  expect(response.status).toBe(304);
  expect(await response.text()).toBe("");
});

test("what is still coming in has the headers of what is here, but for its length", async () => {
  const response = incomingResponse(BODY.stream(), "abc");
  const { "content-length": length, ...others } = Object.fromEntries(ask({}).headers);
  expect(length).toBe("10");
  expect(Object.fromEntries(response.headers)).toEqual(others);
  expect(await response.text()).toBe("0123456789");
});
