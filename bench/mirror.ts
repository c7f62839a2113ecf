/** `mirror --full` from nothing, beside curl fetching the same files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Comparison, compare, timed } from "./compare.ts";
import { newRegistry, run, type World } from "./world.ts";

const ROUNDS = 5;

export async function benchMirror(world: World): Promise<Comparison[]> {
  const curl = Bun.which("curl");
  if (curl === null) {
    console.error("skipped: mirror (no curl)");
    return [];
  }
  let most = 0;
  // New directories each round: some file systems are slow to use again what was just deleted.
  const ours = async (round: number) => {
    const dir = join(world.root, `registry-${round}`);
    await newRegistry(dir, world.url);
    const { ms, maxRss } = await run(["-d", dir, "mirror", "--full", "-j", "32", "-q"]);
    most = Math.max(most, maxRss);
    return ms;
  };
  const theirs = async (round: number) => {
    const dir = join(world.root, `curl-${round}`);
    mkdirSync(dir);
    const lines = world.keys.map((key, at) => {
      const url = `${world.url}/user/${encodeURIComponent(key)}.zip`;
      return `url = "${url}"\noutput = "${join(dir, `${at}.zip`)}"\n`;
    });
    const list = join(world.root, "list");
    writeFileSync(list, lines.join(""));
    return await timed(async () => {
      const args = ["-s", "--parallel", "--parallel-max", "32", "-K", list];
      await Bun.spawn([curl, ...args], { stdout: "ignore", stderr: "ignore" }).exited;
    });
  };
  const measured = await compare(ROUNDS, ours, theirs);
  console.error(`mirror: peak memory ${(most / 1024 / 1024).toFixed(0)} MiB`);
  const peer = "curl --parallel-max 32 (not durable)";
  return [
    { name: "mirror --full, 6,548 archives", ...measured, unit: "ms", peer, target: "≤ 1.0" },
  ];
}
