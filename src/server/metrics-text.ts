/** A server's numbers as Prometheus reads them. Each answer has a registry of its own: nothing is global. */
import { Counter, Gauge, Registry } from "prom-client";
import type { Measures } from "../registry/mod.ts";
import { VERSION } from "../version.ts";
import type { TrafficCount } from "./traffic.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

export async function metricsText(
  measures: Measures,
  traffic: readonly TrafficCount[],
): Promise<{ text: string; contentType: string }> {
  const registry = new Registry();
  const registers = [registry];
  const names = (samples: readonly Sample[]) => Object.keys(samples[0]?.[0] ?? {});
  const counter = (name: string, help: string, samples: readonly Sample[]) => {
    if (samples.length === 0) return;
    const metric = new Counter({
      name: PREFIX + name,
      help,
      labelNames: names(samples),
      registers,
    });
    for (const [labels, value] of samples) metric.inc(labels, value);
  };
  const gauge = (name: string, help: string, samples: readonly Sample[]) => {
    if (samples.length === 0) return;
    const metric = new Gauge({ name, help, labelNames: names(samples), registers });
    for (const [labels, value] of samples) metric.set(labels, value);
  };
  const own = (name: string, help: string, samples: readonly Sample[]) =>
    gauge(PREFIX + name, help, samples);

  own("info", "What runs.", [[{ version: VERSION, bun: Bun.version }, 1]]);
  const requests = traffic.map(({ group, status, ...counts }) => ({
    labels: { group, status },
    ...counts,
  }));
  counter(
    "requests_total",
    "Requests, by what was asked for and how it was answered.",
    requests.map((each): Sample => [each.labels, each.requests]),
  );
  counter(
    "sent_bytes_total",
    "Bytes of answers whose length was known beforehand.",
    requests.map((each): Sample => [each.labels, each.bytes]),
  );
  const pulls = [...measures.pulls].map(([source, counts]) => ({ labels: { source }, ...counts }));
  counter(
    "pulled_archives_total",
    "Archives fetched because a client asked for them.",
    pulls.map((each): Sample => [each.labels, each.archives]),
  );
  counter(
    "pulled_bytes_total",
    "Bytes of those archives.",
    pulls.map((each): Sample => [each.labels, each.bytes]),
  );
  counter(
    "upstream_failures_total",
    "Archives that a client asked for and the source did not give.",
    pulls.map((each): Sample => [each.labels, each.failures]),
  );
  counter("downloads_total", "Archives given to clients, ever.", [[{}, measures.downloads]]);
  syncMetrics(measures, own);
  own("modules", "Modules, by view.", sizes(measures, "modules"));
  own("versions", "Versions, by view.", sizes(measures, "versions"));
  gauge("process_resident_memory_bytes", "Memory of the process.", [
    [{}, process.memoryUsage.rss()],
  ]);
  // As it was said then: the clock may have been set since.
  const started = performance.timeOrigin / 1000;
  gauge("process_start_time_seconds", "When the process began.", [[{}, started]]);
  return { text: await registry.metrics(), contentType: registry.contentType };
}

const PREFIX = "moonbit_registry_";

function syncMetrics(
  { sources, autoSync }: Measures,
  own: (name: string, help: string, samples: readonly Sample[]) => void,
): void {
  own(
    "source_last_success_timestamp_seconds",
    "When a source was last refreshed.",
    sources.flatMap(({ source, okAt }): Sample[] => (okAt ? [[{ source }, seconds(okAt)]] : [])),
  );
  own(
    "source_sync_failures",
    "Refreshes of a source that failed since one worked.",
    sources.map(({ source, failures }): Sample => [{ source }, failures]),
  );
  if (!autoSync) return;
  const { last, next, failures } = autoSync;
  own("auto_sync_failures", "Turns that failed since one worked.", [[{}, failures]]);
  const time = (name: string, help: string, at: string | null) => {
    if (at !== null) own(name, help, [[{}, seconds(at)]]);
  };
  time("auto_sync_last_timestamp_seconds", "When the last turn ended.", last);
  time("auto_sync_next_timestamp_seconds", "When the next turn is due.", next);
}

function sizes({ listed, stored }: Measures, of: "modules" | "versions"): Sample[] {
  return [
    [{ view: "listed" }, listed[of]],
    [{ view: "stored" }, stored[of]],
  ];
}

const seconds = (iso: string): number => Date.parse(iso) / 1000;
