/**
 * A job's progress as server-sent events. Source: HTML, 9.2 (server-sent events).
 *
 *     id: 7
 *     event: line       "asking up for its index"
 *
 *     event: progress   {"done": 3, "total": 12, "text": "3 of 12 archives, 1.2 MiB"}
 *     event: end        {}
 *
 * A browser whose connection broke off asks again, with the last id that it has got.
 */
import type { Jobs, ProgressEvent, ToldEvent } from "../registry/mod.ts";
import { jobLine, progressText } from "./job-text.ts";

/** Keeps proxies and this server from taking a quiet stream for a dead one, in milliseconds. */
const HEARTBEAT_MS = 20_000;
/** Progress is told at most this often, in milliseconds. */
const PROGRESS_MS = 200;

/** @param seen the number of the last event that the page has; 0: none */
export function jobEvents(jobs: Jobs, seen: number): Response {
  const encoder = new TextEncoder();
  let leave = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      const tell = (event: string, data: unknown, head = "") =>
        send(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      let toldAt = 0;
      const show = (told: ToldEvent | ProgressEvent) => {
        if ("number" in told) return tell("line", jobLine(told.event), `id: ${told.number}\n`);
        const now = performance.now();
        const { done, total } = told;
        if (now - toldAt < PROGRESS_MS && done < total) return;
        toldAt = now;
        tell("progress", { done, total, text: progressText(told) });
      };
      const end = () => {
        tell("end", {});
        leave();
        controller.close();
      };
      const job = jobs.current();
      for (const told of job?.events ?? []) if (told.number > seen) show(told);
      if (!job || job.endedAt !== undefined) return end();
      if (job.progress) show(job.progress);
      const heartbeat = setInterval(() => send(": still here\n\n"), HEARTBEAT_MS);
      const unfollow = jobs.follow((told) => (told ? show(told) : end()));
      leave = () => {
        clearInterval(heartbeat);
        unfollow();
      };
    },
    cancel: () => leave(),
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    },
  });
}
