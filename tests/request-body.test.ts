import { expect, test } from "bun:test";
import { once } from "node:events";
import { connect } from "node:net";
import { Failure } from "../src/errors.ts";
import { wholeBody } from "../src/request-body.ts";

const MOST = 64 * 1024;

/** A server that reads a body, and what came of it. */
function reading() {
  const { promise, resolve } = Promise.withResolvers<string>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      try {
        resolve(`${(await wholeBody(request, MOST)).length} bytes`);
      } catch (error) {
        resolve(error instanceof Failure ? `${error.code}: ${error.message}` : String(error));
      }
      return new Response();
    },
  });
  return {
    outcome: promise,
    dial: () => connect(server.port!, "127.0.0.1"),
    [Symbol.dispose]: () => void server.stop(true),
  };
}

const HEAD = "POST / HTTP/1.1\r\nHost: x\r\n";
const TOO_LARGE = "too-large: the body is larger than 64 KiB";
const chunk = (size: number) => `${size.toString(16)}\r\n${"a".repeat(size)}\r\n`;

test.each([
  ["of a known length", `Content-Length: ${MOST}\r\n\r\n${"a".repeat(MOST)}`, `${MOST} bytes`],
  [
    "in chunks",
    `Transfer-Encoding: chunked\r\n\r\n${chunk(MOST - 1)}${chunk(1)}0\r\n\r\n`,
    `${MOST} bytes`,
  ],
  [
    "in chunks of a byte",
    `Transfer-Encoding: chunked\r\n\r\n${chunk(1).repeat(1000)}0\r\n\r\n`,
    "1000 bytes",
  ],
  ["that is empty", "Content-Length: 0\r\n\r\n", "0 bytes"],
  // Nothing of it has come, nor will.
  ["that says it is too long", `Content-Length: ${MOST + 1}\r\n\r\n`, TOO_LARGE],
  // Its end has not come.
  ["that grows too long", `Transfer-Encoding: chunked\r\n\r\n${chunk(MOST)}${chunk(1)}`, TOO_LARGE],
])("a body %s", async (_, rest, outcome) => {
  using server = reading();
  const socket = server.dial();
  socket.write(HEAD + rest);
  expect(await server.outcome).toBe(outcome);
  socket.destroy();
});

test.each([
  ["of a known length", "Content-Length: 4000\r\n\r\nabc"],
  ["in chunks", `Transfer-Encoding: chunked\r\n\r\n${chunk(3)}`],
])("a client that goes away in a body %s was interrupted", async (_, rest) => {
  using server = reading();
  const socket = server.dial();
  await once(socket, "connect");
  socket.write(HEAD + rest, () => socket.end());
  expect(await server.outcome).toBe("interrupted: the client went away");
});
