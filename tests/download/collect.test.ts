import { afterAll, expect, test } from "bun:test";
import { collect, request } from "../../src/download/mod.ts";

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch({ url }) {
    const body = new TextEncoder().encode("ten bytes.");
    if (url.endsWith("/told")) return new Response(body);
    // In pieces, of a length that nobody says before.
    const pieces = [body.subarray(0, 4), body.subarray(4)];
    return new Response(
      new ReadableStream({
        pull(controller) {
          const piece = pieces.shift();
          if (piece) controller.enqueue(piece);
          else controller.close();
        },
      }),
    );
  },
});
afterAll(() => server.stop(true));

test.each(["told", "untold"])(
  "a body of a length that is %s may have so many bytes",
  async (how) => {
    const ask = () => request({ url: `${server.url}${how}` });
    expect((await collect(await ask(), 10)).toString()).toBe("ten bytes.");
    const tooLong = collect(await ask(), 9);
    await expect(tooLong).rejects.toMatchObject({ kind: "server-error", status: 200 });
  },
);
