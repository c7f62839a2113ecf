/** Clients that are slow, gone, many, or wrong: the others are served all the same. */
import { expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { serve, succeed } from "../support/executable.ts";
import { residentBytes } from "../support/memory.ts";
import { createWorld, ofModules } from "../support/world.ts";

const BIG = 8_000_000;
const MODULE = "illusory0x0/🐫";

/** A server with a big and a small archive stored. */
async function stored() {
  const world = await createWorld({ sizeOf: ({ module }) => (module === MODULE ? BIG : 0) });
  await succeed(["mirror", MODULE, "moonbitlang/x", "--strict"], { cwd: world.dir });
  const server = await serve(world.dir);
  const pathOf = (module: string) => {
    const [entry] = ofModules(world.entries, module);
    return `/user/${encodeURIComponent(`${module}/${entry!.version}`)}.zip`;
  };
  return {
    server,
    big: pathOf(MODULE),
    small: pathOf("moonbitlang/x"),
    /** One file, which is nearly all of the big archive. */
    file: `/m/${encodeURI(MODULE)}/-/raw/padding.bin`,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await world[Symbol.asyncDispose]();
    },
  };
}

function dial(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.once("error", reject);
  });
}

test("clients that never end their request keep nobody else waiting", async () => {
  await using world = await stored();
  const { server } = world;
  const slow = await Promise.all(Array.from({ length: 200 }, () => dial(server.url)));
  for (const socket of slow) socket.write("GET /user/a HTTP/1.1\r\nHost: x\r\nX-Slow: ");
  for (let i = 0; i < 20; i++) {
    expect((await fetch(server.url + world.small)).status).toBe(200);
    for (const socket of slow) socket.write("a");
  }
  for (const socket of slow) socket.destroy();
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
});

test("clients that leave in the middle of a body cost nothing that stays", async () => {
  await using world = await stored();
  const { server } = world;
  const leave = async () => {
    const socket = await dial(server.url);
    socket.write(`GET ${world.big} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await new Promise((resolve) => socket.once("data", resolve));
    socket.destroy();
  };
  const round = async () => {
    for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: 10 }, leave));
  };
  await round();
  const before = residentBytes(server.pid);
  await round();
  await round();
  const after = residentBytes(server.pid);
  if (before !== undefined) expect(after! - before).toBeLessThan(40_000_000);
  const whole = await (await fetch(server.url + world.big)).bytes();
  expect(whole.length).toBeGreaterThanOrEqual(BIG);
});

test("a thousand clients at once are all served, in memory that does not grow with them", async () => {
  await using world = await stored();
  const { server } = world;
  const sizes = new Set<number>();
  const crowd = async () => {
    const answers = Array.from({ length: 1_000 }, async () => {
      const response = await fetch(server.url + world.small);
      expect(response.status).toBe(200);
      sizes.add((await response.bytes()).length);
    });
    await Promise.all(answers);
  };
  await crowd();
  const before = residentBytes(server.pid);
  await crowd();
  await crowd();
  const after = residentBytes(server.pid);
  expect(sizes.size).toBe(1);
  if (before !== undefined) expect(after! - before).toBeLessThan(40_000_000);
});

test("clients that ask for a big file of an archive and take nothing of it cost little memory", async () => {
  await using world = await stored();
  const { server } = world;
  await (await fetch(server.url + world.file)).bytes();
  const before = residentBytes(server.pid);
  const idle = Array.from({ length: 40 }, async () => {
    const socket = await dial(server.url);
    socket.write(`GET ${world.file} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await new Promise((resolve) => socket.once("data", resolve));
    socket.pause();
    return socket;
  });
  const sockets = await Promise.all(idle);
  const after = residentBytes(server.pid);
  for (const socket of sockets) socket.destroy();
  if (before !== undefined) expect(after! - before).toBeLessThan(20 * BIG);
  expect((await fetch(server.url + world.small)).status).toBe(200);
});

test.each([
  ["no HTTP at all", "\0\x01\x02 nonsense\r\n\r\n"],
  ["a header without an end", `GET / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(100_000)}`],
  [
    "a length that lies",
    "POST /git/index/git-upload-pack HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab",
  ],
  [
    "a chunk that is none",
    "POST /git/index/git-upload-pack HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  ],
  [
    "a path that leads out",
    "GET /user/..%2f..%2f..%2fetc%2fpasswd.zip HTTP/1.1\r\nHost: x\r\n\r\n",
  ],
])("%s harms nobody", async (_, request) => {
  await using world = await stored();
  const socket = await dial(world.server.url);
  socket.on("error", () => {}); // the server may hang up on it
  let answer = "";
  socket.on("data", (data) => {
    answer += data.toString("latin1");
  });
  socket.write(request, "latin1");
  expect((await fetch(world.server.url + world.small)).status).toBe(200);
  socket.destroy();
  expect(answer).not.toContain("root:");
  expect(answer).not.toMatch(/^HTTP\/1\.1 2/);
});

test.each([
  ["of a known length", "Content-Length: 60000000\r\n\r\n"],
  ["of no known length", "Transfer-Encoding: chunked\r\n\r\nfffff\r\n"],
])("who is refused, and goes on sending a body %s, is told so and hung up on", async (_, head) => {
  await using world = await stored();
  const socket = await dial(world.server.url);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => {}); // it is hung up on
  let answer = "";
  socket.on("data", (data) => {
    answer += data.toString("latin1");
    // Else it would wait for the rest when it is told to stop.
    socket.write(Buffer.alloc(100_000));
  });
  socket.write(`POST /api/v0/publish HTTP/1.1\r\nHost: x\r\n${head}${"x".repeat(100_000)}`);
  await closed;
  expect(answer).toStartWith("HTTP/1.1 401");
  expect(answer).toContain("token create");
  expect(await world.server.stop()).toBe(0);
});

test("told to stop under load, it drops no request that is under way", async () => {
  await using world = await stored();
  const { server } = world;
  const all = Promise.withResolvers<void>();
  let begun = 0;
  const clients = Array.from({ length: 20 }, async () => {
    const response = await fetch(server.url + world.big);
    expect(response.status).toBe(200);
    const reader = response.body!.getReader();
    let size = (await reader.read()).value!.length;
    if (++begun === 20) all.resolve();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return size;
      size += value.length;
    }
  });
  await all.promise;
  const [code, ...sizes] = await Promise.all([server.stop(), ...clients]);
  expect(code).toBe(0);
  for (const size of sizes) expect(size).toBe(sizes[0]!);
  expect(sizes[0]).toBeGreaterThanOrEqual(BIG);
});
