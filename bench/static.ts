/**
 * The least that a server of files does, in a process of its own. Prints its address.
 *
 *     bun static.ts DIRECTORY
 */
const directory = process.argv[2]!;

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request) => new Response(Bun.file(directory + new URL(request.url).pathname)),
});
console.log(`http://127.0.0.1:${server.port}`);

export {};
