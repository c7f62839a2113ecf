/** The server under trial: it is stopped and killed at any moment, and starts again. */
import { type Served, serve } from "../tests/support/executable.ts";
import { residentBytes } from "../tests/support/memory.ts";

/** Longer than this a server that is told to stop has no reason to go on. */
const STOPS_WITHIN_MS = 15_000;

export type End = "SIGTERM" | "SIGKILL";

/** What a server held of the memory, some time after it began. */
export interface MemorySample {
  readonly seconds: number;
  readonly bytes: number;
}

export interface TriedServer {
  /**
   * Does something with the server, once one runs.
   *
   * @returns undefined when it failed and the server was ended meanwhile: then it proves nothing
   */
  use<T>(work: (url: string) => Promise<T>): Promise<T | undefined>;
  /** Ends it, and starts it again. */
  restart(how: End): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
  /** Looks at the memory of the one that runs; undefined between two. */
  sampleMemory(): MemorySample | undefined;
  /** The samples of each server so far, in order. */
  readonly lives: readonly (readonly MemorySample[])[];
}

/**
 * @param onProblem told when it ends by itself, does not end when it should, or speaks of a bug
 * @throws {Error} when it does not start
 */
export async function startTriedServer(
  dir: string,
  onProblem: (text: string) => void,
): Promise<TriedServer> {
  /** Counts up whenever a server is ended, before it is. */
  let life = 0;
  let running: { server: Served; since: number } | undefined;
  const lives: MemorySample[][] = [];

  async function begin(): Promise<Served> {
    const mine = life;
    const server = await serve(dir, [], {}, { detached: true });
    running = { server, since: performance.now() };
    lives.push([]);
    void server.exited.then((code) => {
      if (life !== mine) return;
      running = undefined;
      onProblem(`the server ended by itself with ${code}: ${server.log().slice(-2_000)}`);
      life++;
      up = begin();
    });
    return server;
  }

  async function end(server: Served, how: End): Promise<void> {
    running = undefined;
    const started = performance.now();
    if (how === "SIGKILL") await server.kill();
    else {
      const code = await server.stop();
      if (code !== 0) onProblem(`the server ended with ${code} at SIGTERM`);
    }
    const ms = performance.now() - started;
    if (ms > STOPS_WITHIN_MS) onProblem(`the server took ${(ms / 1_000).toFixed(0)} s to end`);
    const bug = /^.*unexpected: .*$/m.exec(server.log());
    if (bug) onProblem(`the server's log: ${bug[0]}`);
  }

  let up = begin();
  await up;
  // However this program ends, the server does not outlive it.
  process.once("exit", () => {
    if (running) process.kill(running.server.pid, "SIGKILL");
  });
  return {
    lives,
    async use(work) {
      const server = await up;
      const mine = life;
      try {
        return await work(server.url);
      } catch (error) {
        if (life !== mine && !(error instanceof Violation)) return undefined;
        throw error;
      }
    },
    async restart(how) {
      const server = await up;
      life++;
      up = end(server, how).then(begin);
      await up;
    },
    async stop() {
      const server = await up;
      life++;
      await end(server, "SIGTERM");
    },
    sampleMemory() {
      if (!running) return undefined;
      const bytes = memoryOf(running.server.pid);
      if (bytes === undefined) return undefined;
      const sample = { seconds: (performance.now() - running.since) / 1_000, bytes };
      lives.at(-1)!.push(sample);
      return sample;
    },
  };
}

function memoryOf(pid: number): number | undefined {
  try {
    return residentBytes(pid) || undefined;
  } catch {
    // It has just ended; whether it should have is looked at elsewhere.
    return undefined;
  }
}

/** What may not be, whether the server was ended or not: bytes that came whole, and are wrong. */
export class Violation extends Error {}
