/**
 * Yanks a version and takes that back: two fields at the end of its line, every other byte stays. A
 * yanked version is served to whoever asks for it exactly, and chosen for nobody else.
 *
 *     {"name":"alice/json",…,"created_at":"…","yanked":true,"yanked_reason":"loses data"}
 */
import { Failure } from "../../errors.ts";
import type { IndexLine } from "../../index/mod.ts";
import { shown } from "../../packaging/mod.ts";
import type { Registry } from "../open.ts";
import { currentOwners } from "../views/offer.ts";
import { moving, PATIENCE_MS } from "../writing.ts";
import { readLine } from "./publication-line.ts";
import { publishedLines, writePublished } from "./published.ts";

const MAX_REASON = 500;

export interface Yanked {
  readonly module: string;
  readonly version: string;
  readonly yanked: boolean;
  readonly reason: string | null;
  /** Whether it was otherwise before. */
  readonly changed: boolean;
}

/**
 * @param reason shown to whoever asks; an empty one leaves what was said before
 * @throws {Failure} "not-found"; "forbidden" for what was not published here; "usage" for a bad reason
 */
export async function yank(
  registry: Registry,
  module: string,
  version: string,
  reason: string,
): Promise<Yanked> {
  checkReason(reason);
  return await change(registry, module, version, reason);
}

/** @throws {Failure} "not-found"; "forbidden" for what was not published here */
export async function unyank(registry: Registry, module: string, version: string): Promise<Yanked> {
  return await change(registry, module, version, undefined);
}

async function change(
  registry: Registry,
  module: string,
  version: string,
  reason: string | undefined,
): Promise<Yanked> {
  const write = async () => {
    const lines = publishedLines(registry, module);
    if (lines.length === 0) throw notOurs(registry, module);
    const line = lines.find(({ entry }) => entry.version === version);
    if (!line) {
      const known = lines.map(({ entry }) => entry.version).slice(-5);
      const message = `${shown(module)}@${shown(version)} was not published here`;
      throw new Failure("not-found", message, `the newest versions are: ${known.join(", ")}`);
    }
    // Said again without a reason it takes none back.
    const kept = reason === "" ? (line.entry.yanked ?? "") : reason;
    const next = withReason(line, kept);
    const changed = !next.bytes.equals(line.bytes);
    if (changed) {
      const all = lines.map((each) => (each === line ? next : each));
      await writePublished(registry, module, all, Date.now());
    }
    return { module, version, yanked: kept !== undefined, reason: kept ?? null, changed };
  };
  return await moving(registry, "yank", write, PATIENCE_MS.publishing);
}

const suffixOf = (reason: string): string =>
  `,"yanked":true,"yanked_reason":${JSON.stringify(reason)}}`;

function withReason({ entry, bytes }: IndexLine, reason: string | undefined): IndexLine {
  const text = bytes.toString();
  const suffix = entry.yanked === undefined ? "}" : suffixOf(entry.yanked);
  if (!text.endsWith(suffix)) throw new Error(`${entry.module}: an unexpected end of its line`);
  const end = reason === undefined ? "}" : suffixOf(reason);
  return readLine(entry.module, Buffer.from(text.slice(0, -suffix.length) + end));
}

function checkReason(reason: string): void {
  const problem =
    reason.length > MAX_REASON
      ? `is longer than ${MAX_REASON} characters`
      : /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(reason) || !reason.isWellFormed()
        ? "has a control character"
        : undefined;
  if (problem) throw new Failure("usage", `the reason ${problem}`, "write one line of text");
}

function notOurs(registry: Registry, module: string): Failure {
  const owner = currentOwners(registry).get(module)?.origin;
  if (owner === undefined) {
    return new Failure("not-found", `there is no module ${shown(module)} in this registry`);
  }
  return new Failure(
    "forbidden",
    `${module} is from source ${owner}: only what was published here can be yanked here`,
    "keep a version from clients with policy.block in registry.toml",
  );
}
