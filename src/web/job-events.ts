/**
 * A job's progress as server-sent events. Source: HTML, 9.2 (server-sent events).
 *
 *     event: lines      ["asking up for its index"]
 *     event: progress   {"done": 3, "total": 12, "text": "3 of 12 archives, 1.2 MB"}
 *     event: end        {}
 */
import { type Event, isProgress, type Jobs } from "../registry/mod.ts";
import { jobLine, progressText } from "./job-text.ts";

/** Keeps proxies and this server from taking a quiet stream for a dead one, in milliseconds. */
const HEARTBEAT_MS = 20_000;
/** Progress is told at most this often, in milliseconds. */
const PROGRESS_MS = 200;

/** @param seen how many of the job's events the page has already */
export function jobEvents(jobs: Jobs, seen: number): Response {
  const encoder = new TextEncoder();
  let leave = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      const tell = (event: string, data: unknown) =>
        send(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      let toldAt = 0;
      const show = (event: Event) => {
        if (!isProgress(event)) return tell("lines", [jobLine(event)]);
        const now = performance.now();
        const { done, total } = "done" in event ? event : { done: 0, total: 0 };
        if (now - toldAt < PROGRESS_MS && (total === 0 || done < total)) return;
        toldAt = now;
        tell("progress", { done, total, text: progressText(event) });
      };
      const end = () => {
        tell("end", {});
        leave();
        controller.close();
      };
      const job = jobs.current();
      const missed = (job?.events ?? []).slice(seen);
      for (const event of missed) show(event);
      if (!job || job.endedAt !== undefined) return end();
      if (job.progress) show(job.progress);
      const heartbeat = setInterval(() => send(": still here\n\n"), HEARTBEAT_MS);
      const unfollow = jobs.follow((event) => (event ? show(event) : end()));
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
