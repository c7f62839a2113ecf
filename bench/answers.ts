/**
 * Answers in JSON, beside nginx sending the very same bytes from files: how many a second, and how
 * long the slowest take.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { interleave, type Side } from "./compare.ts";
import { measureLoad } from "./load.ts";
import { startFileServer } from "./nginx.ts";
import type { Server } from "./processes.ts";
import { atLeast, atMost, besideEach, type Result, skippedWithout } from "./result.ts";
import type { World } from "./world.ts";

const ROUNDS = 5;
const CONNECTIONS = 32;
const SECONDS = 2;
const NGINX = "nginx, the same JSON from files";

/** @param paths asked for by turns; each has to be answered with 200 */
export async function compareAnswers(
  world: World,
  ours: Server,
  what: string,
  paths: readonly string[],
): Promise<Result[]> {
  const files = world.fresh("answers");
  mkdirSync(files);
  let least = Number.POSITIVE_INFINITY;
  for (const [at, path] of paths.entries()) {
    const response = await fetch(ours.url + path);
    const answer = await response.bytes();
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    await Bun.write(join(files, `${at}.json`), answer);
    least = Math.min(least, answer.length);
  }
  using nginx = await startFileServer(files, world.fresh("nginx"));
  /** Milliseconds that 99 of 100 requests took at most. */
  const slowest: number[][] = [];
  const side = (name: string, { url }: Server, paths: readonly string[]): Side => {
    const taken: number[] = [];
    slowest.push(taken);
    return {
      name,
      async measure() {
        const load = { url, paths, connections: CONNECTIONS, seconds: SECONDS, least };
        const figures = await measureLoad(load, world.fresh("load.lua"));
        taken.push(figures.slowest);
        return figures.perSecond;
      },
    };
  };
  const sides = [
    side("ours", ours, paths),
    ...(nginx
      ? [
          side(
            NGINX,
            nginx,
            paths.map((_, at) => `/${at}.json`),
          ),
        ]
      : []),
  ];
  const figures = await interleave(ROUNDS, sides);
  if (!nginx) return skippedWithout(what, "nginx");
  return [
    ...besideEach(what, "requests/s", sides, figures, { [NGINX]: atLeast(0.5) }),
    ...besideEach(`99 % of ${what} within`, "ms", sides, slowest, { [NGINX]: atMost(2) }),
  ];
}
