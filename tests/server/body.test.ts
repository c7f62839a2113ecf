/** Bodies that break off or are too large, in every route that reads one. */
import { expect, test } from "bun:test";
import { once } from "node:events";
import { connect } from "node:net";
import { type KnitPkgServer, startKnitPkg } from "../support/knitpkg-server.ts";

const ROUTES: readonly (readonly [method: string, path: string])[] = [
  ["POST", "/git/index/git-upload-pack"],
  ["POST", "/operate/sign-in"],
  ["POST", "/v1/auth/local/authorize"],
  ["POST", "/v1/auth/local/exchange-token"],
  ["POST", "/v1/telemetry/install"],
  ["POST", "/v1/project/register"],
  ["POST", "/v1/organization/acme/members"],
  ["POST", "/api/v0/publish"],
  ["PUT", "/api/v0/modules/alice/json/0.1.0"],
  ["POST", "/api/v0/modules/alice/json/0.1.0/yank"],
];

/** Sends the beginning of a request, and leaves what comes back to be read. */
async function begin(server: KnitPkgServer, method: string, path: string, rest: string) {
  const { hostname, port, host, origin } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    `Origin: ${origin}`,
    `Authorization: Bearer ${server.token(`ann${Bun.randomUUIDv7()}`, "publish:*")}`,
    "Content-Type: application/x-www-form-urlencoded",
  ];
  socket.write(`${lines.join("\r\n")}\r\n${rest}`);
  return socket;
}

test.each(ROUTES)(
  "a client that leaves in the middle is nobody's bug: %s %s",
  async (method, path) => {
    await using server = await startKnitPkg();
    const socket = await begin(server, method, path, "Content-Length: 4000\r\n\r\ntoken=abc");
    socket.end();
    socket.resume();
    while (server.answered.length === 0) await Bun.sleep(1);
    expect(server.answered.map(({ status }) => status)).toEqual([499]);
    expect(server.bugs).toEqual([]);
  },
);

test.each(ROUTES)("what is too large is refused before it is sent: %s %s", async (method, path) => {
  await using server = await startKnitPkg();
  const length = 64 * 1024 * 1024 + 1;
  const socket = await begin(server, method, path, `Content-Length: ${length}\r\n\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toStartWith("HTTP/1.1 413");
  expect(answer.toString()).toContain("is larger than");
  socket.destroy();
});
