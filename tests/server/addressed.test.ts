/** Under which URL a server is asked: none, or one that is none. */
import { expect, test } from "bun:test";
import { once } from "node:events";
import { connect } from "node:net";
import { type KnitPkgServer, startKnitPkg } from "../support/knitpkg-server.ts";

/** What is answered to a request as it stands on the wire, until the server hangs up. */
async function send({ url }: KnitPkgServer, lines: string[], body = ""): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = "";
  socket.on("data", (data) => {
    answer += data.toString();
  });
  const head = [...lines, "Connection: close", `Content-Length: ${body.length}`];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  await once(socket, "close");
  return answer;
}

test("HTTP/1.0 without a Host asks for the server itself, as monitors do", async () => {
  await using server = await startKnitPkg();
  expect(await send(server, ["GET /health HTTP/1.0"])).toContain('"status":"ok"');
  expect(await send(server, ["GET /health HTTP/1.0", "Host: "])).toContain('"status":"ok"');
  // Its path is never taken for a host.
  expect(await send(server, ["GET //health HTTP/1.0"])).toStartWith("HTTP/1.1 404");
  const welcome = await send(server, ["GET / HTTP/1.0"]);
  expect(welcome).toContain(`MOONCAKES_REGISTRY=${server.url} moon update`);
  const posted = '{"project_id": [1], "version": ["1.0.0"]}';
  expect(await send(server, ["POST /v1/telemetry/install HTTP/1.0"], posted)).toContain(
    '"message":"ok"',
  );
  expect(server.answered.map(({ path, status, client }) => [path, status, client])).toEqual([
    ["/health", 200, "127.0.0.1"],
    ["/health", 200, "127.0.0.1"],
    ["//health", 404, "127.0.0.1"],
    ["/", 200, "127.0.0.1"],
    ["/v1/telemetry/install", 200, "127.0.0.1"],
  ]);
  expect(server.bugs).toEqual([]);
});

test("who fails to guess a token without a Host is counted like everybody", async () => {
  await using server = await startKnitPkg("[server]\nrequire_read_token = true\n");
  const guess = (at: number) =>
    send(server, ["GET /symbols.zip HTTP/1.0", `Authorization: Bearer mbr_${at}`]);
  for (let at = 0; at < 20; at++) expect(await guess(at)).toStartWith("HTTP/1.1 401");
  expect(await guess(20)).toStartWith("HTTP/1.1 429");
});

test("who leaves in the middle of a body without a Host is nobody's bug", async () => {
  await using server = await startKnitPkg();
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.end("POST /v1/telemetry/install HTTP/1.0\r\nContent-Length: 40\r\n\r\n{");
  socket.resume();
  while (server.answered.length === 0) await Bun.sleep(1);
  expect(server.answered).toMatchObject([{ status: 499 }]);
  expect(server.bugs).toEqual([]);
});

test.each(["localhost:99999", "[::1", "a b", "user:secret@localhost"])(
  "the Host %p is refused with what to do, and logged and counted",
  async (host) => {
    await using server = await startKnitPkg();
    const path = "/api/v0/modules?secret";
    // Nor is what others were answered given to it.
    expect((await fetch(server.url + path)).status).toBe(200);
    const answer = await send(server, [`GET ${path} HTTP/1.1`, `Host: ${host}`]);
    expect(answer).toStartWith("HTTP/1.1 400");
    const { error } = JSON.parse(answer.split("\r\n\r\n")[1]!) as { error: object };
    expect(error).toMatchObject({ code: "usage", hint: expect.stringContaining("Host: ") });
    expect(server.answered.slice(1)).toMatchObject([
      { path: "/api/v0/modules", status: 400, client: "127.0.0.1", method: "GET" },
    ]);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('requests_total{group="api",status="4xx"} 1');
    expect(server.bugs).toEqual([]);
  },
);
