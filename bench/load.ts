/**
 * How many requests a second a server answers. The load comes from wrk where it is installed, as a
 * client in JavaScript is busier than the servers that are measured; from this process otherwise.
 */
import { writeFileSync } from "node:fs";
import { track } from "./processes.ts";

export interface Load {
  readonly url: string;
  /** Default: a GET. */
  readonly post?: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
  readonly connections: number;
  readonly seconds: number;
  /** Bytes that every answer has at least: less is an error in the measuring. */
  readonly least: number;
}

const WRK = Bun.which("wrk");

/**
 * @param script where a script for wrk may be written
 * @returns requests a second; fails when an answer is not 200 or too short
 */
export async function requestsPerSecond(load: Load, script: string): Promise<number> {
  await checkAnswer(load);
  return WRK === null ? await loadHere(load) : await loadWithWrk(WRK, load, script);
}

async function ask({ url, post }: Load): Promise<Response> {
  return await fetch(url, post && { method: "POST", headers: post.headers, body: post.body });
}

async function checkAnswer(load: Load): Promise<void> {
  const response = await ask(load);
  const { length } = await response.bytes();
  if (response.status !== 200 || length < load.least) {
    throw new Error(`${load.url} answered ${response.status} with ${length} bytes`);
  }
}

async function loadHere(load: Load): Promise<number> {
  const started = performance.now();
  const end = started + load.seconds * 1_000;
  let count = 0;
  const client = async () => {
    while (performance.now() < end) {
      await checkAnswer(load);
      count++;
    }
  };
  await Promise.all(Array.from({ length: load.connections }, client));
  return (count / (performance.now() - started)) * 1_000;
}

/** Source: wrk's SCRIPTING document. Durations are in microseconds. */
const SUMMARY = `
done = function(summary)
  local e = summary.errors
  local errors = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format("\\n@ %d %d %d %.0f", summary.requests, summary.duration, errors, summary.bytes))
end
`;

async function loadWithWrk(wrk: string, load: Load, script: string): Promise<number> {
  writeFileSync(script, luaRequest(load) + SUMMARY);
  const size = ["-t1", `-c${load.connections}`, `-d${load.seconds}s`, "--timeout", "60s"];
  const child = Bun.spawn([wrk, ...size, "-s", script, load.url], { stdout: "pipe" });
  track(child);
  const said = await new Response(child.stdout).text();
  const numbers = /\n@ (\d+) (\d+) (\d+) (\d+)/.exec(said)?.slice(1).map(Number);
  if (!numbers) throw new Error(`wrk said: ${said}`);
  const [requests = 0, duration = 0, errors = 0, bytes = 0] = numbers;
  if (errors > 0 || bytes < requests * load.least) {
    throw new Error(`${load.url}: ${errors} errors, ${bytes} bytes in ${requests} answers`);
  }
  return requests / (duration / 1e6);
}

function luaRequest({ post }: Load): string {
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
