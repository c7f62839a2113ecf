/**
 * How many requests a second a server answers. The load comes from wrk where it is installed, as a
 * client in JavaScript is busier than the servers that are measured; from this process otherwise.
 */
import { writeFileSync } from "node:fs";
import { track } from "./processes.ts";

export interface Load {
  readonly url: string;
  /** Paths that are asked for by turns, in place of the URL's own. */
  readonly paths?: readonly string[];
  /** Default: a GET. */
  readonly post?: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
  readonly connections: number;
  readonly seconds: number;
  /** Bytes that every answer has at least: less is an error in the measuring. */
  readonly least: number;
}

export interface LoadFigures {
  /** How many were answered. */
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds that half of the requests took at most, and 99 of 100. */
  readonly median: number;
  readonly slowest: number;
}

const WRK = Bun.which("wrk");

/**
 * @param script where a script for wrk may be written
 * @returns requests a second; fails when an answer is not 200 or too short
 */
export async function requestsPerSecond(load: Load, script: string): Promise<number> {
  return (await measureLoad(load, script)).perSecond;
}

/** As `requestsPerSecond`, with how long requests took. */
export async function measureLoad(load: Load, script: string): Promise<LoadFigures> {
  await checkAnswer(load, 0);
  return WRK === null ? await loadHere(load) : await loadWithWrk(WRK, load, script);
}

async function ask({ url, paths, post }: Load, turn: number): Promise<Response> {
  const path = paths?.[turn % paths.length];
  const full = path === undefined ? url : new URL(path, url).href;
  return await fetch(full, post && { method: "POST", headers: post.headers, body: post.body });
}

async function checkAnswer(load: Load, turn: number): Promise<void> {
  const response = await ask(load, turn);
  const { length } = await response.bytes();
  if (response.status !== 200 || length < load.least) {
    throw new Error(`${load.url} answered ${response.status} with ${length} bytes`);
  }
}

async function loadHere(load: Load): Promise<LoadFigures> {
  const started = performance.now();
  const end = started + load.seconds * 1_000;
  const times: number[] = [];
  const client = async () => {
    while (performance.now() < end) {
      const asked = performance.now();
      await checkAnswer(load, times.length);
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: load.connections }, client));
  const perSecond = (times.length / (performance.now() - started)) * 1_000;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { requests: times.length, perSecond, median: at(0.5), slowest: at(0.99) };
}

/** Source: wrk's SCRIPTING document. Durations are in microseconds. */
const SUMMARY = `
done = function(summary, latency)
  local e = summary.errors
  local errors = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format("\\n@ %d %d %d %.0f %d %d", summary.requests, summary.duration, errors,
    summary.bytes, latency:percentile(50), latency:percentile(99)))
end
`;

async function loadWithWrk(wrk: string, load: Load, script: string): Promise<LoadFigures> {
  writeFileSync(script, luaRequest(load) + SUMMARY);
  const size = ["-t1", `-c${load.connections}`, `-d${load.seconds}s`, "--timeout", "60s"];
  const child = Bun.spawn([wrk, ...size, "-s", script, load.url], { stdout: "pipe" });
  track(child);
  const said = await new Response(child.stdout).text();
  const numbers = /\n@ ([\d ]+)/.exec(said)?.[1]?.split(" ").map(Number);
  if (!numbers) throw new Error(`wrk said: ${said}`);
  const [requests = 0, duration = 0, errors = 0, bytes = 0, median = 0, slowest = 0] = numbers;
  if (errors > 0 || bytes < requests * load.least) {
    throw new Error(`${load.url}: ${errors} errors, ${bytes} bytes in ${requests} answers`);
  }
  return {
    requests,
    perSecond: requests / (duration / 1e6),
    median: median / 1_000,
    slowest: slowest / 1_000,
  };
}

function luaRequest({ paths, post }: Load): string {
  if (paths) {
    const list = paths.map(lua).join(",");
    return `local paths, at = {${list}}, 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
`;
  }
  if (!post) return "";
  const headers = Object.entries(post.headers).map(
    ([name, value]) => `wrk.headers[${lua(name)}] = ${lua(value)}\n`,
  );
  return `wrk.method = "POST"\nwrk.body = ${lua(post.body)}\n${headers.join("")}`;
}

/** A string of Lua: each byte as `\ddd`. */
function lua(text: string): string {
  const bytes = [...Buffer.from(text, "latin1")].map((byte) => `\\${`${byte}`.padStart(3, "0")}`);
  return `"${bytes.join("")}"`;
}
