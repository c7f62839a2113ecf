/** Clients that fetch archives, search, and look at pages. */
import type { Random } from "../tests/support/random.ts";
import type { Actor } from "./actor.ts";
import { type Answer, ask, told } from "./ask.ts";
import { Violation } from "./server.ts";
import { archivePath, keyOf, sha256, type Trial } from "./trial.ts";

/** What a server may say of an archive that it has to fetch from an upstream that fails. */
const FAILING_UPSTREAM = new Set([502, 503, 504]);

const WORDS = ["json", "parser", "soak", "x", "lexer", "原来", "quikcheck", "http server"];

export function readerActors(trial: Trial): Actor[] {
  const archives = [1, 2, 3].map((number) => ({
    name: `archive reader ${number}`,
    pauseMs: 40,
    step: (random: Random) => readArchive(trial, random),
  }));
  return [
    ...archives,
    { name: "searcher", pauseMs: 100, step: (random) => lookAround(trial, random) },
  ];
}

/** Fetches an archive that the registry lists, whole or in part, and compares it. */
async function readArchive(trial: Trial, random: Random): Promise<void> {
  const { ledger, listed, upstream, count } = trial;
  const isOwn = ledger.publications.length > 0 && random.chance(0.3);
  const entry = random.pick<{ module: string; version: string; checksum: string }>(
    isOwn ? ledger.publications : listed,
  );
  const path = archivePath(entry);
  const whole = isOwn ? undefined : upstream.bytes(entry.module, entry.version);
  if (whole && random.chance(0.2)) return await readPart(trial, path, whole, random);
  const answer = isOwn ? await ask(trial, path) : await askForUpstreams(trial, path);
  if (!answer) return;
  if (answer.status !== 200) throw new Error(told(path, answer));
  if (sha256(answer.bytes) !== entry.checksum) {
    throw new Violation(`${keyOf(entry)} came with other bytes than the index says`);
  }
  count("archives");
}

/**
 * What is not stored is given on while it comes in: when the upstream fails, that breaks off.
 *
 * @returns undefined when it is not to be had now
 */
async function askForUpstreams(
  trial: Trial,
  path: string,
  init?: RequestInit,
): Promise<Answer | undefined> {
  try {
    const answer = await ask(trial, path, init);
    if (!answer || !FAILING_UPSTREAM.has(answer.status)) return answer;
  } catch (error) {
    if ((error as { code?: string }).code !== "ECONNRESET") throw error;
  }
  trial.count("not to be had");
  return undefined;
}

async function readPart(trial: Trial, path: string, whole: Uint8Array, random: Random) {
  const from = random.int(whole.length);
  const to = from + random.int(whole.length - from);
  const answer = await askForUpstreams(trial, path, { headers: { range: `bytes=${from}-${to}` } });
  if (!answer) return;
  if (answer.status !== 206) throw new Error(told(path, answer));
  if (!Buffer.from(answer.bytes).equals(whole.subarray(from, to + 1))) {
    throw new Violation(`bytes ${from} to ${to} of ${path} are others`);
  }
  trial.count("archives");
}

/** Searches, resolves, or opens a page. */
async function lookAround(trial: Trial, random: Random): Promise<void> {
  const { module } = random.pick<{ module: string }>([
    ...trial.ledger.publications.slice(-50),
    ...trial.listed.slice(-50),
  ]);
  const escaped = module.split("/").map(encodeURIComponent).join("/");
  const path = random.pick([
    `/api/v0/search?kw=${encodeURIComponent(random.pick(WORDS))}`,
    `/api/v0/search?kw=${encodeURIComponent(module.split("/").at(-1)!)}`,
    `/api/v0/resolve/${escaped}`,
    `/api/v0/modules/${escaped}`,
    `/m/${escaped}`,
    "/",
    "/health",
    "/ready",
    "/metrics",
  ]);
  const answer = await ask(trial, path);
  if (!answer) return;
  if (!isFine(path, answer)) throw new Error(told(path, answer));
  trial.count("looks");
}

function isFine(path: string, { status }: Answer): boolean {
  // Every version of it may be yanked.
  if (path.startsWith("/api/v0/resolve/")) return status === 200 || status === 404;
  return status === 200;
}
