/** How long it takes to begin, beside the shortest program of the same runtime. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Comparison, compare, timed } from "./compare.ts";
import { run, type World } from "./world.ts";

const ROUNDS = 15;

export async function benchStart(world: World): Promise<Comparison[]> {
  const dir = join(world.root, "empty");
  mkdirSync(dir);
  const source = join(dir, "empty.ts");
  writeFileSync(source, "console.log(1);\n");
  const empty = join(dir, "empty");
  const args = ["build", "--compile", "--bytecode", "--minify", source, "--outfile", empty];
  await Bun.spawn([process.execPath, ...args], { stdout: "ignore", stderr: "ignore" }).exited;
  const measured = await compare(
    ROUNDS,
    async () => (await run(["--version"])).ms,
    () => timed(() => Bun.spawn([empty], { stdout: "ignore" }).exited),
  );
  const peer = "a program that prints 1";
  return [{ name: "--version", ...measured, unit: "ms", peer, target: "well under 50 ms" }];
}
