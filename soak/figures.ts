/** How far a soak is, in a line; and what its servers held of the memory. */
import type { MemorySample, TriedServer } from "./server.ts";

export interface Figures {
  count(what: string): void;
  line(server: Pick<TriedServer, "sampleMemory">): string;
}

export function createFigures(): Figures {
  const started = performance.now();
  const counts = new Map<string, number>();
  return {
    count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
    line(server) {
      const sample = server.sampleMemory();
      const parts = [...counts].map(([what, count]) => `${what} ${count}`);
      if (sample) parts.push(`server ${megabytes(sample.bytes)} at ${sample.seconds.toFixed(0)} s`);
      return `${clock((performance.now() - started) / 1_000)}  ${parts.join(", ")}`;
    },
  };
}

/** Whether memory grew while a server lived: of the one that lived longest, and the most of all. */
export function memoryLine(lives: TriedServer["lives"]): string {
  const most = Math.max(0, ...lives.flat().map(({ bytes }) => bytes));
  const longest = lives.toSorted((a, b) => lastOf(b) - lastOf(a))[0] ?? [];
  const settled = longest.find(({ seconds }) => seconds >= lastOf(longest) / 4);
  const last = longest.at(-1);
  if (!settled || !last) return "memory: nothing is known of it";
  return (
    `memory of ${lives.length} servers: at most ${megabytes(most)}; of the one that lived longest: ` +
    `${megabytes(settled.bytes)} after ${settled.seconds.toFixed(0)} s, ` +
    `${megabytes(last.bytes)} after ${last.seconds.toFixed(0)} s`
  );
}

const lastOf = (life: readonly MemorySample[]) => life.at(-1)?.seconds ?? 0;

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

const clock = (seconds: number) => {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${`${whole % 60}`.padStart(2, "0")}`;
};
