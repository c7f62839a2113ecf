/** Brings everybody together, lets them act, and looks at what is left. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { succeed } from "../tests/support/executable.ts";
import { createRandom } from "../tests/support/random.ts";
import { type Actor, act, pause } from "./actor.ts";
import { clonerActors } from "./cloners.ts";
import { createFigures, memoryLine } from "./figures.ts";
import { checkAll } from "./final.ts";
import { createLedger } from "./ledger.ts";
import { publisherActors } from "./publishers.ts";
import { readerActors } from "./readers.ts";
import { startTriedServer } from "./server.ts";
import { freshPaths, type Trial } from "./trial.ts";
import { upkeepActors } from "./upkeep.ts";
import { startChangingUpstream, upstreamActors } from "./upstream.ts";

/** More of them tell no more. */
const ENOUGH_PROBLEMS = 20;
const LINE_EVERY_MS = 5_000;
const MOST_LINES = 200;
/** Half of it is what a server lives. */
const LONGEST_LIFE_MS = 60_000;
/** Longer than any one step may take. */
const STEPS_END_WITHIN_MS = 120_000;
const FIRST = "moonbitlang/x";

export interface SoakPlan {
  /** An empty directory for all of it. */
  readonly root: string;
  readonly seed: number;
  /** Never end the server. */
  readonly steady: boolean;
  /** How long it is to go on, for its pace: `stopping` ends it. */
  readonly durationMs: number;
}

/**
 * @param stopping ends it when it is aborted, which too many problems do as well
 * @returns what was lost or wrong
 */
export async function runSoak(
  { root, seed, steady, durationMs }: SoakPlan,
  stopping: AbortController,
  say: (text: string) => void,
): Promise<string[]> {
  const problems: string[] = [];
  const onProblem = (text: string) => {
    problems.push(text);
    say(`problem: ${text}`);
    if (problems.length >= ENOUGH_PROBLEMS) stopping.abort();
  };
  const random = createRandom(seed);
  await using upstream = await startChangingUpstream(root, random);
  const dir = join(root, "registry");
  const replica = join(root, "replica");
  const token = await makeRegistries(dir, replica, upstream.url);
  const server = await startTriedServer(dir, onProblem);
  const figures = createFigures();
  const { count } = figures;
  const trial: Trial = {
    root,
    dir,
    replica,
    upstream,
    server,
    token,
    ledger: createLedger(),
    listed: [...upstream.entries],
    stopping: stopping.signal,
    count,
    fresh: freshPaths(root),
  };
  const actors = [
    ...upstreamActors(upstream),
    ...readerActors(trial),
    ...clonerActors(trial),
    ...publisherActors(trial),
    ...upkeepActors(trial),
    ...(steady ? [] : [restarter(trial, Math.min(LONGEST_LIFE_MS, durationMs / 3))]),
  ];
  const everyMs = Math.max(LINE_EVERY_MS, durationMs / MOST_LINES);
  const telling = tell(trial, () => say(figures.line(server)), everyMs);
  const acting = actors.map((actor, at) => act(actor, seed + at + 1, stopping.signal, onProblem));
  await within(STEPS_END_WITHIN_MS, stopping.signal, Promise.all([telling, ...acting]));
  say(figures.line(server));
  say(memoryLine(server.lives));
  await server.stop();
  await checkAll(trial, say, onProblem);
  return problems;
}

/** @returns a token that may publish anything */
async function makeRegistries(dir: string, replica: string, url: string): Promise<string> {
  for (const each of [dir, replica]) {
    mkdirSync(each);
    await succeed(["init", "."], { cwd: each });
  }
  const commands = [
    ["source", "add", "up", "--url", url],
    ["source", "default", "up"],
    ["config", "mirror.auto_sync", "true"],
    ["config", "mirror.sync_interval", "2s"],
    ["config", "knitpkg.verify_commits", "false"],
    ["mirror", FIRST, "-q"],
  ];
  for (const command of commands) await succeed(command, { cwd: dir });
  const made = await succeed(["token", "create", "soak", "--scope", "publish:*", "--json"], {
    cwd: dir,
  });
  return (JSON.parse(made) as { token: string }).token;
}

/** Ends the server at any moment: as often as not without asking it. */
function restarter({ server, count }: Trial, pauseMs: number): Actor {
  return {
    name: "restarts",
    pauseMs,
    async step(random) {
      const how = random.chance(0.5) ? "SIGTERM" : "SIGKILL";
      await server.restart(how);
      count(how);
    },
  };
}

async function tell({ stopping }: Trial, line: () => void, everyMs: number): Promise<void> {
  while (!stopping.aborted) {
    await pause(everyMs, stopping);
    if (!stopping.aborted) line();
  }
}

/** @throws {Error} when something goes on for too long after it was told to stop */
async function within(ms: number, stopping: AbortSignal, work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<never>();
  let timer: Timer | undefined;
  const begin = () => {
    const error = new Error(`something does not end within ${ms / 1_000} s`);
    timer = setTimeout(() => late.reject(error), ms);
  };
  if (stopping.aborted) begin();
  else stopping.addEventListener("abort", begin, { once: true });
  await Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}
