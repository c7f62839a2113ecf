/**
 * Fetches archives that are asked for and not stored: one request to the source however many clients
 * wait, each of whom gets the bytes while they come in.
 */
import type { Incoming } from "../../archives/mod.ts";
import type { SourceConfig } from "../../config/mod.ts";
import { DownloadError } from "../../download/mod.ts";
import { Failure } from "../../errors.ts";
import type { Entry } from "../../index/mod.ts";
import { fetchArchive } from "../mirroring/fetch.ts";
import type { Registry } from "../open.ts";
import { createFailureMemory } from "./failure-memory.ts";
import type { FindOwner } from "./owner.ts";

/**
 * A body that is still coming in. It fails if the bytes turn out wrong, and then never came to its
 * last byte.
 */
export type IncomingBody = ReadableStream<Uint8Array>;

/** Opens a body for one more client; undefined when it is not coming in any more. */
type OpenBody = () => IncomingBody | undefined;

export interface Transfer {
  /** When there is something to give on while it comes in; undefined when it is stored already. */
  readonly begun: Promise<OpenBody | undefined>;
  /** When it is stored. */
  readonly done: Promise<void>;
}

/** A client waits, so less is tried than in a mirror. */
const PATIENCE = { attempts: 2, answerTimeoutMs: 5_000, baseDelayMs: 100 };

/** @returns limits of what a client waits for, within what the source has of its own */
export function patienceWith({ timeoutMs = Number.POSITIVE_INFINITY }: SourceConfig) {
  return { ...PATIENCE, answerTimeoutMs: Math.min(PATIENCE.answerTimeoutMs, timeoutMs) };
}

export function unknown(module: string, version: string): Failure {
  return new Failure("not-found", `${module}@${version} is not in this registry`);
}

/** It is listed: it came with a bundle or the shared index, say, and its archive did not. */
function fromNowhere({ module, version }: Entry): Failure {
  const what = `${module}@${version} is listed, but not stored here, and no source has it`;
  const hint = "`import` a bundle that has it, or add its source with `source add`";
  return new Failure("not-found", what, hint);
}

export interface Pull {
  /** Joins the transfer that is under way, or begins one. */
  fetch(entry: Entry): Transfer;
  /** The sources are known to answer: what failed a moment ago may be asked for again. */
  forgetFailures(): void;
}

/** Told of what became of transfers, by source. */
export interface PullWatch {
  pulled(source: string, bytes: number): void;
  failed(source: string): void;
}

export function createPull(registry: Registry, owner: FindOwner, watch: PullWatch): Pull {
  const underWay = new Map<string, Transfer>();
  const failures = createMemory();

  const begin = (entry: Entry): Transfer => {
    const source = owner(entry.module)?.provider(entry);
    if (!source) return failed(fromNowhere(entry));
    const known = failures.find(source, entry);
    if (known) return failed(known);
    const begun = Promise.withResolvers<OpenBody | undefined>();
    const done = transfer(registry, source, entry, begun.resolve).then(
      () => watch.pulled(source.name, registry.archives.size(entry.checksum) ?? 0),
      (error: unknown) => {
        watch.failed(source.name);
        throw failures.remember(source, entry, error);
      },
    );
    done.then(() => begun.resolve(undefined), begun.reject);
    // Whoever asked for one of the two hears of it; nobody may have asked for the other.
    begun.promise.catch(() => {});
    done.catch(() => {});
    return { begun: begun.promise, done };
  };

  return {
    fetch(entry) {
      const waiting = underWay.get(entry.checksum);
      if (waiting) return waiting;
      const begun = begin(entry);
      underWay.set(entry.checksum, begun);
      const end = () => void underWay.delete(entry.checksum);
      begun.done.then(end, end);
      return begun;
    },
    forgetFailures: failures.forget,
  };
}

function failed(failure: Failure): Transfer {
  const rejected = Promise.reject(failure);
  rejected.catch(() => {});
  return { begun: rejected, done: rejected };
}

async function transfer(
  { archives }: Registry,
  source: SourceConfig,
  entry: Entry,
  began: (open: OpenBody) => void,
): Promise<void> {
  let current: Incoming | undefined; // of the last try
  const watch = (incoming: Incoming) => {
    current = incoming;
    began(() => current?.read(0));
  };
  const store = (body: Uint8Array | AsyncIterable<Uint8Array>, expected: string) =>
    archives.put(body, expected, watch);
  await fetchArchive(store, source, entry, patienceWith(source));
}

/** A source that is down, and versions that one that answers could not give. */
function createMemory() {
  const known = createFailureMemory<Failure>();
  const versionKey = (entry: Entry) => `${entry.module}@${entry.version}`;
  const sourceKey = (source: SourceConfig) => `source ${source.name} ${source.downloadUrl}`;
  return {
    forget: known.forget,
    find: (source: SourceConfig, entry: Entry) =>
      (known.find(sourceKey(source)) ?? known.find(versionKey(entry)))?.outcome,
    /** Returns what to tell the client. */
    remember(source: SourceConfig, entry: Entry, error: unknown): unknown {
      // Of this side's disk: it is no fault of the source, and over as soon as there is room.
      if (!(error instanceof DownloadError) || error.kind === "disk") return error;
      const failure = failureOf(source, entry, error);
      const isDown = error.kind === "network" || error.kind === "timeout";
      known.remember(isDown ? sourceKey(source) : versionKey(entry), failure);
      return failure;
    },
  };
}

function failureOf(
  source: SourceConfig,
  { module, version }: Entry,
  error: DownloadError,
): Failure {
  return new Failure(
    error.kind === "timeout" ? "timeout" : "upstream",
    `${module}@${version} could not be fetched from source ${source.name}: ${error.message}`,
    undefined,
    { cause: error },
  );
}
