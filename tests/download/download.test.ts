import { afterAll, describe, expect, test } from "bun:test";
import { getEventListeners } from "node:events";
import { join } from "node:path";
import { IntegrityError } from "../../src/archives/archive-store.ts";
import {
  DownloadError,
  type DownloadOptions,
  download,
  type HttpRequest,
} from "../../src/download/mod.ts";
import { lying, startHostile } from "../support/hostile.ts";
import { createRandom } from "../support/random.ts";

const open: { stop(force?: boolean): unknown }[] = [];
afterAll(() => {
  for (const server of open) server.stop(true);
});

type Handler = (request: Request, attempt: number) => Response | Promise<Response>;

/** A server that tells how often it was asked. */
function http(handle: Handler): { url: string; asked: () => number } {
  let attempts = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: (request) => handle(request, ++attempts),
  });
  open.push(server);
  return { url: `http://127.0.0.1:${server.port}/file`, asked: () => attempts };
}

/** A server that says these bytes to each request and then hangs up. */
function raw(answer: string): string {
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(socket) {
        socket.write(answer);
        socket.end();
      },
    },
  });
  open.push(server);
  return `http://127.0.0.1:${server.port}/file`;
}

const QUICK: DownloadOptions = { sleep: () => Promise.resolve(), attempts: 3 };

async function read(body: Uint8Array | AsyncIterable<Uint8Array>): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body);
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

const get = (url: string, options: DownloadOptions = {}, request: Partial<HttpRequest> = {}) =>
  download({ url, ...request }, read, { ...QUICK, ...options });

async function failure(promise: Promise<unknown>): Promise<DownloadError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DownloadError);
  return error as DownloadError;
}

test("a small body comes in one piece, a big one as a stream", async () => {
  const big = createRandom(1).bytes(3_000_000);
  const { url } = http((request) => new Response(request.url.endsWith("big") ? big : "small"));
  const kind = (body: Uint8Array | AsyncIterable<Uint8Array>) =>
    Promise.resolve(body instanceof Uint8Array ? "whole" : "stream");
  expect(await download({ url }, kind)).toBe("whole");
  expect((await get(url.replace("file", "big"))).equals(big)).toBe(true);
  expect(await download({ url: url.replace("file", "big") }, kind)).toBe("stream");
});

test.each([500, 502, 503, 504, 408, 429])("a %d is tried again", async (status) => {
  const { url, asked } = http((_, attempt) =>
    attempt < 3 ? new Response("", { status }) : new Response("there"),
  );
  expect((await get(url)).toString()).toBe("there");
  expect(asked()).toBe(3);
});

test("a server that says when to come again is not asked before", async () => {
  const { url } = http((_, attempt) =>
    attempt === 1
      ? new Response("", { status: 429, headers: { "retry-after": "7" } })
      : new Response("there"),
  );
  const waited: number[] = [];
  const sleep = async (ms: number) => void waited.push(ms);
  expect((await get(url, { sleep })).toString()).toBe("there");
  expect(waited).toEqual([7_000]);
});

test.each([
  [404, "not-found"],
  [410, "not-found"],
  [401, "denied"],
  [403, "denied"],
  [400, "server-error"],
  [204, "server-error"],
] as const)("a %d is final", async (status, kind) => {
  const { url, asked } = http(() => new Response(null, { status }));
  expect(await failure(get(url))).toMatchObject({ kind, status });
  expect(asked()).toBe(1);
});

test("a server that keeps failing is given up after so many tries", async () => {
  const { url, asked } = http(() => new Response("", { status: 500 }));
  expect(await failure(get(url))).toMatchObject({ kind: "server-error", status: 500 });
  expect(asked()).toBe(3);
});

describe("a body that does not come whole", () => {
  test.each([
    ["shorter than it says", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"],
    ["shorter than it says, and big", "HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\nabc"],
    [
      "in chunks without an end",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
  ])("%s, is no body", async (_, answer) => {
    expect(await failure(get(raw(answer)))).toMatchObject({ kind: "truncated" });
  });

  test("is asked for again", async () => {
    const { url, asked } = http((_, attempt) => {
      if (attempt > 1) return new Response("whole");
      return new Response(
        new ReadableStream({
          async pull(controller) {
            controller.enqueue(new TextEncoder().encode("wh"));
            await Bun.sleep(1);
            controller.error();
          },
        }),
      );
    });
    expect((await get(url)).toString()).toBe("whole");
    expect(asked()).toBe(2);
  });
});

test("bytes that the consumer refuses are asked for again, and in the end reported as such", async () => {
  const { url, asked } = http((_, attempt) => new Response(`try ${attempt}`));
  const refuse = async () => {
    throw new IntegrityError("a".repeat(64), "b".repeat(64));
  };
  expect(await failure(download({ url }, refuse, QUICK))).toMatchObject({ kind: "wrong-hash" });
  expect(asked()).toBe(3);
});

test("wrong bytes are given up sooner than a failing server, however they mix", async () => {
  const refuse = async () => {
    throw new IntegrityError("a".repeat(64), "b".repeat(64));
  };
  const { url, asked } = http(
    (_, attempt) => new Response("x", { status: attempt % 2 ? 500 : 200 }),
  );
  const error = await failure(download({ url }, refuse, { ...QUICK, attempts: 20 }));
  expect(error.kind).toBe("wrong-hash");
  expect(asked()).toBe(6);
});

test("a body that the consumer does not read is let go of", async () => {
  let canceled = false;
  const { promise, resolve } = Promise.withResolvers<void>();
  const { url } = http(
    () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(100_000)),
          cancel() {
            canceled = true;
            resolve();
          },
        }),
      ),
  );
  await download({ url }, () => Promise.resolve(), QUICK);
  await promise;
  expect(canceled).toBe(true);
});

test("a download that failed keeps no process alive", async () => {
  const script = `
    import { download } from "${join(import.meta.dir, "../../src/download/mod.ts")}";
    const options = { attempts: 1, answerTimeoutMs: 3_600_000, idleTimeoutMs: 3_600_000 };
    await download({ url: "http://127.0.0.1:1/" }, async () => {}, options).catch(() => {});
    console.log("failed");`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  expect(await new Response(child.stdout).text()).toBe("failed\n");
  expect(await child.exited).toBe(0);
});

test.each(["ENOSPC", "EROFS", "ENOTDIR", "EMFILE"])("%s is the disk's fault", async (code) => {
  const { url } = http(() => new Response("x"));
  const broken = () => Promise.reject(Object.assign(new Error("no"), { code }));
  expect(await failure(download({ url }, broken, QUICK))).toMatchObject({ kind: "disk" });
});

test("a full disk is not the server's fault: it is not asked again", async () => {
  const { url, asked } = http(() => new Response("x"));
  const full = async () => {
    throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
  };
  expect(await failure(download({ url }, full, QUICK))).toMatchObject({ kind: "disk" });
  expect(asked()).toBe(1);
});

test("a bug in the consumer comes through as it is", async () => {
  const { url, asked } = http(() => new Response("x"));
  const bug = () => Promise.reject(new TypeError("a bug"));
  await expect(download({ url }, bug, QUICK)).rejects.toThrow(TypeError);
  expect(asked()).toBe(1);
});

test("nobody there, no such host, and no answer in time are told apart", async () => {
  expect(await failure(get("http://127.0.0.1:1/"))).toMatchObject({
    kind: "network",
    message: "http://127.0.0.1:1/: the connection was refused",
  });
  const { url } = http(() => new Promise(() => {}));
  const late = get(url, { answerTimeoutMs: 20, attempts: 1 });
  expect(await failure(late)).toMatchObject({ kind: "timeout" });
});

test("a body that stalls is given up", async () => {
  const { url } = http(
    () =>
      new Response(
        new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(5)) }),
      ),
  );
  const stalled = get(url, { idleTimeoutMs: 20, attempts: 1 });
  expect(await failure(stalled)).toMatchObject({ kind: "timeout" });
});

test("a body that comes by a byte now and then is given up as well", async () => {
  const { url } = http(
    () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            await Bun.sleep(5);
            controller.enqueue(new Uint8Array(1));
          },
        }),
      ),
  );
  const dripping = get(url, { idleTimeoutMs: 50, attempts: 1 });
  expect(await failure(dripping)).toMatchObject({ kind: "timeout" });
});

test("a body that breaks while it is let go of is the same failure", async () => {
  await using host = await startHostile(() => lying(Buffer.alloc(1000), 1_000_000));
  for (let i = 0; i < 20; i++) {
    const error = await failure(get(host.url, { maxBytes: 100_000, attempts: 1 }));
    expect(error.message).toContain("over 100000 bytes");
  }
});

test("a body over the limit is refused, told or untold", async () => {
  const { url } = http((request) =>
    request.url.endsWith("untold")
      ? new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(new Uint8Array(10_000)),
          }),
        )
      : new Response(new Uint8Array(200_000)),
  );
  const options = { maxBytes: 100_000, attempts: 1 };
  expect((await failure(get(url, options))).message).toContain("over 100000 bytes");
  const untold = url.replace("file", "untold");
  expect((await failure(get(untold, options))).message).toContain("over 100000 bytes");
});

test("an encoding that a server claims is not undone: archives are bytes", async () => {
  const { url } = http(() => new Response("not gzip", { headers: { "content-encoding": "gzip" } }));
  expect((await get(url)).toString()).toBe("not gzip");
});

test("the caller's signal ends a download and the wait before the next try", async () => {
  const controller = new AbortController();
  const { url } = http(() => {
    controller.abort(new Error("enough"));
    return new Response("", { status: 500 });
  });
  const { signal } = controller;
  const ended = download({ url }, read, { signal, baseDelayMs: 60_000, random: () => 1 });
  await expect(ended).rejects.toThrow("enough");
});

test("the caller's signal ends the wait for an answer, and for the rest of it", async () => {
  const controllers = [new AbortController(), new AbortController()] as const;
  const silent = http(() => {
    controllers[0].abort(new Error("enough"));
    return new Promise(() => {});
  });
  const { signal } = controllers[0];
  await expect(download({ url: silent.url }, read, { signal })).rejects.toThrow("enough");
  const stalling = http(
    () =>
      new Response(
        new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(1)) }, { highWaterMark: 0 }),
      ),
  );
  const ended = download(
    { url: stalling.url },
    async (body) => {
      for await (const _ of body) controllers[1].abort(new Error("enough"));
    },
    { signal: controllers[1].signal },
  );
  await expect(ended).rejects.toThrow("enough");
  expect([silent.asked(), stalling.asked()]).toEqual([1, 1]);
});

test("a signal that is asked by many downloads does not remember them", async () => {
  const { url } = http((request) =>
    request.url.endsWith("none") ? new Response("", { status: 404 }) : new Response("x"),
  );
  const { signal } = new AbortController();
  for (let run = 0; run < 3; run++) {
    await get(url, { signal });
    await failure(get(url.replace("file", "none"), { signal }));
  }
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

describe("redirects", () => {
  const SECRET = { credentials: { authorization: "Bearer secret" }, headers: { "x-plain": "1" } };

  test("are followed, with credentials to their own origin only", async () => {
    const seen: (string | null)[] = [];
    const note = ({ headers }: Request) => seen.push(headers.get("authorization"));
    const other = http((request) => {
      note(request);
      return new Response(request.headers.get("x-plain"));
    });
    const home = http((request, attempt) => {
      note(request);
      const to = attempt === 1 ? "/next" : other.url;
      return new Response(null, { status: 302, headers: { location: to } });
    });
    expect((await get(home.url, {}, SECRET)).toString()).toBe("1");
    expect(seen).toEqual(["Bearer secret", "Bearer secret", null]);
  });

  test("in a circle, or to what is not HTTP, end", async () => {
    const circle = http(() => new Response(null, { status: 302, headers: { location: "/again" } }));
    const { message } = await failure(get(circle.url));
    expect(message).toContain("redirects too often");
    // Once around: to ask again would lead the same way.
    expect(circle.asked()).toBe(6);
    const file = http(
      () => new Response(null, { status: 302, headers: { location: "file:///etc/passwd" } }),
    );
    expect((await failure(get(file.url, { attempts: 1 }))).message).toContain("redirects to file:");
  });
});

test("a message shows no user, password or query of a URL", async () => {
  const { url } = http(() => new Response("", { status: 404 }));
  const secret = `${url.replace("http://", "http://user:pass@")}?token=secret`;
  expect((await failure(get(secret))).message).toBe(`${url} answered 404`);
});
