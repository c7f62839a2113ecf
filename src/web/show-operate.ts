/** The operator's page, asked of the registry. */
import type { Discovery, Job, ServedRegistry } from "../registry/mod.ts";
import type { Html } from "./html.ts";
import { jobLine, outcomeText, progressText } from "./job-text.ts";
import { type JobView, type OperateView, operatePage } from "./pages/operate.ts";
import type { Site } from "./site.ts";

const MOST_DOWNLOADED = 10;

export async function showOperate(
  served: ServedRegistry,
  site: Site,
  session: Pick<OperateView, "who" | "proof" | "notice">,
): Promise<Html> {
  const { operate } = served;
  const [{ sources, listed, stored, writer }, free, found] = await Promise.all([
    operate.status(),
    operate.free(),
    served.discovery(),
  ]);
  const job = operate.jobs.current();
  const isOurs = job !== undefined && job.endedAt === undefined;
  const view: OperateView = {
    ...session,
    sources,
    listed,
    stored,
    free,
    autoSync: served.ready().sync,
    writer: writer && !isOurs ? writer.command : undefined,
    job: job && viewOf(job),
    idle: operate.idle,
    readOnly: served.readOnly,
    downloads: mostDownloaded(served, found),
    days: operate.days(),
  };
  return operatePage(site, view, Date.now());
}

function mostDownloaded({ downloads }: ServedRegistry, found: Discovery) {
  const total = downloads.total();
  const modules = found.modules
    .map(({ module }) => ({ module, count: downloads.of(module) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_DOWNLOADED);
  return { total, modules };
}

function viewOf(job: Job): JobView {
  const { kind, by, startedAt, endedAt, events, progress } = job;
  return {
    kind,
    by,
    startedAt,
    endedAt,
    outcome: outcomeText(job),
    lines: events.map(({ event }) => jobLine(event)),
    seen: events.at(-1)?.number ?? 0,
    done: progress?.done ?? 0,
    total: progress?.total ?? 0,
    words: progress ? progressText(progress) : "Starting",
  };
}
