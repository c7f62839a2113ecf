/**
 * Answers as another server did: it asks that one once for each different request, and then gives
 * the same bytes from memory. So it shows what is left when a server does no work at all, and
 * counts what goes out. In a process of its own. Prints its address.
 *
 *     bun replay.ts URL        GET /sent: bytes of bodies sent so far
 */
const origin = process.argv[2]!;

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

const known = new Map<string, Answer>();
let sent = 0;

const KEPT_REQUEST = ["git-protocol", "content-type", "content-encoding"];
const KEPT_ANSWER = ["content-type", "cache-control"];

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/sent") return new Response(`${sent}`);
    const body = request.method === "POST" ? Buffer.from(await request.arrayBuffer()) : undefined;
    const headers = pick(request.headers, KEPT_REQUEST);
    const question = `${pathname}${search} ${headers["git-protocol"]} ${body?.toString("latin1")}`;
    let answer = known.get(question);
    if (!answer) {
      answer = await ask(pathname + search, headers, body);
      known.set(question, answer);
    }
    sent += answer.body.length;
    return new Response(answer.body, { status: answer.status, headers: answer.headers });
  },
});

async function ask(
  path: string,
  headers: Record<string, string>,
  body: Buffer | undefined,
): Promise<Answer> {
  const request = body ? { method: "POST", headers, body } : { headers };
  const response = await fetch(origin + path, request);
  return {
    status: response.status,
    headers: pick(response.headers, KEPT_ANSWER),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

function pick(headers: Headers, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value] as const];
    }),
  );
}

console.log(`http://127.0.0.1:${server.port}`);

export {};
