/** How long it takes to begin, beside the shortest programs of the same runtime. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../tests/support/binary.ts";
import { interleave, type Side, timed } from "./compare.ts";
import { runPlain, startOurs, startServer } from "./processes.ts";
import { below, besideEach, type Result } from "./result.ts";
import { shallowFetch, tipOf } from "./shallow-fetch.ts";
import type { World } from "./world.ts";

const ROUNDS = 15;

const PRINTS = "console.log(1);\n";
const SERVES = `const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () => new Response("ok"),
});
console.log(\`http://127.0.0.1:\${server.port}\`);
`;

export async function benchStart(world: World): Promise<Result[]> {
  const programs = world.fresh("programs");
  mkdirSync(programs);
  const prints = await compile(programs, "prints", PRINTS);
  const serves = await compile(programs, "serves", SERVES);

  const versions: Side[] = [
    { name: "ours", measure: () => timed(() => runPlain([binary(), "--version"])) },
    { name: "a program that prints 1", measure: () => timed(() => runPlain([prints])) },
  ];
  const version = await interleave(ROUNDS, versions);

  const dir = await world.synced();
  const tip = await tipOf(dir);
  const firstClones: number[] = [];
  const servers: Side[] = [
    {
      name: "ours",
      async measure() {
        const started = performance.now();
        using server = await startOurs(dir);
        await ask(`${server.url}/ready`);
        const ready = performance.now() - started;
        await shallowFetch(server.url, tip);
        firstClones.push(performance.now() - started);
        return ready;
      },
    },
    {
      name: "an empty server",
      async measure() {
        const started = performance.now();
        using server = await startServer([serves]);
        await ask(`${server.url}/ready`);
        return performance.now() - started;
      },
    },
  ];
  const ready = await interleave(ROUNDS, servers);
  return [
    ...besideEach("--version", "ms", versions, version, { [versions[1]!.name]: below(20) }),
    ...besideEach("serve until /ready", "ms", servers, ready, { [servers[1]!.name]: below(150) }),
    { what: "serve until its first depth-1 pack is sent", unit: "ms", ours: firstClones },
  ];
}

/** Compiles a program the way the executable is. */
async function compile(directory: string, name: string, source: string): Promise<string> {
  const file = join(directory, `${name}.ts`);
  writeFileSync(file, source);
  const program = join(directory, name);
  const args = ["build", "--compile", "--bytecode", "--minify", file, "--outfile", program];
  await runPlain([process.execPath, ...args]);
  return program;
}

async function ask(url: string): Promise<void> {
  const response = await fetch(url);
  await response.bytes();
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
}
