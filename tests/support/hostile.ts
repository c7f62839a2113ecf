/**
 * A server that may break every rule of HTTP: each request gets a behaviour, which writes to its connection
 * whatever it likes, for as long as it likes.
 */
import { createServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";

/** Has the connection for itself; the request was read. */
export type Behaviour = (socket: Socket) => void;

export interface HostileRequest {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  /** The head as it came. */
  readonly head: string;
}

export interface HostileHost extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly HostileRequest[];
}

export async function startHostile(
  behaviourOf: (request: HostileRequest) => Behaviour | Promise<Behaviour>,
): Promise<HostileHost> {
  const requests: HostileRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {}); // the client hung up, as it should
    let text = "";
    const read = async (data: Buffer) => {
      text += data.toString("latin1");
      if (!text.includes("\r\n\r\n")) return;
      // A body that follows is of no interest.
      socket.off("data", read).resume();
      const [, method = "", target = ""] = /^(\S+) (\S+)/.exec(text) ?? [];
      const path = decodeURIComponent(new URL(target, "http://x").pathname);
      const request = { method, path, head: text };
      requests.push(request);
      (await behaviourOf(request))(socket);
    };
    socket.on("data", read);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Headers = Readonly<Record<string, string | number>>;

function head(headers: Headers, status = "200 OK"): string {
  const lines = Object.entries({ connection: "close", ...headers });
  return `HTTP/1.1 ${status}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}

export const whole =
  (body: Uint8Array, headers: Headers = {}): Behaviour =>
  (socket) => {
    socket.write(head({ "content-length": body.length, ...headers }));
    socket.end(body);
  };

/** Says another length than the body has, and hangs up after the body. */
export const lying = (body: Uint8Array, length: number): Behaviour =>
  whole(body, { "content-length": length });

/** Half of a body, then silence on an open connection. */
export const stalling =
  (body: Uint8Array): Behaviour =>
  (socket) => {
    socket.write(head({ "content-length": body.length }));
    socket.write(body.subarray(0, body.length >> 1));
  };

/** Half of a body, then a reset. */
export const resetting =
  (body: Uint8Array): Behaviour =>
  (socket) => {
    socket.write(head({ "content-length": body.length }));
    socket.write(body.subarray(0, body.length >> 1), () => socket.resetAndDestroy());
  };

export const redirecting =
  (location: string): Behaviour =>
  (socket) =>
    void socket.end(head({ location, "content-length": 0 }, "302 Found"));

export const missing: Behaviour = (socket) =>
  void socket.end(head({ "content-length": 0 }, "404 Not Found"));

export const silent: Behaviour = () => {};

/** Without an end: as fast as it is read. */
export const endless =
  (chunk: Uint8Array, headers: Headers = {}, first: Uint8Array = new Uint8Array(0)): Behaviour =>
  (socket) => {
    socket.write(head(headers));
    socket.write(first);
    const more = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on("drain", more);
    more();
  };

/** A small body that unpacks to so many zeros, for who believes its encoding. */
export const gzipBomb = (bytes: number, headers: Headers = {}): Behaviour =>
  whole(gzipSync(Buffer.alloc(bytes)), { "content-encoding": "gzip", ...headers });
