/**
 * Long operations that a running server was asked for: one at a time, followed by whoever wants to. What
 * it told is kept until the next one begins.
 */
import type { Config } from "../../config/mod.ts";
import { Failure, messageOf } from "../../errors.ts";
import { isProgress, type ProgressEvent } from "../event-text.ts";
import type { Event, Report } from "../events.ts";
import { type MirrorSummary, sync } from "../mirroring/mirror.ts";
import type { Registry } from "../open.ts";
import { type VerifySummary, verify } from "../upkeep/verify.ts";

export type JobKind = "sync" | "verify";

export type JobOutcome =
  | { readonly kind: "sync"; readonly summary: MirrorSummary }
  | { readonly kind: "verify"; readonly summary: VerifySummary }
  | { readonly kind: "failed"; readonly message: string };

export interface Job {
  readonly kind: JobKind;
  /** Who asked for it. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly outcome: JobOutcome | undefined;
  /** Without progress; the first of them are dropped when there are too many. */
  readonly events: readonly ToldEvent[];
  readonly progress: ProgressEvent | undefined;
}

export interface ToldEvent {
  readonly event: Exclude<Event, ProgressEvent>;
  /** From 1, over all jobs of this server: who knows the last that it has seen knows what comes after it. */
  readonly number: number;
}

/** Told of each event; undefined: the job has ended. Must not throw. */
export type Follower = (told: ToldEvent | ProgressEvent | undefined) => void;

export interface Jobs {
  /** The one that runs, or the last that ran. */
  current(): Job | undefined;
  /** @throws {Failure} "busy" while another runs */
  start(kind: JobKind, by: string): void;
  /** Returns what ends it. */
  follow(follower: Follower): () => void;
  /** Breaks off what runs and waits for its end. */
  close(): Promise<void>;
}

export interface JobsOptions {
  readonly registry: Registry;
  /** The settings of now. */
  readonly config: () => Config;
  /** A sync went well. */
  readonly onSuccess: () => void;
}

const MOST_EVENTS = 500;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export function createJobs({ registry, config, onSuccess }: JobsOptions): Jobs {
  const stopping = new AbortController();
  const followers = new Set<Follower>();
  let job: Mutable<Job> | undefined;
  let running: Promise<void> = Promise.resolve();

  let count = 0;
  const tell: Follower = (told) => {
    for (const follower of followers) follower(told);
  };

  const work = async (kind: JobKind, report: Report): Promise<JobOutcome> => {
    const { signal } = stopping;
    const current = { ...registry, config: config() };
    return kind === "sync"
      ? { kind, summary: await sync(current, { signal }, report) }
      : { kind, summary: await verify(current, { signal }, report) };
  };

  const run = async (mine: Mutable<Job>): Promise<void> => {
    const report = (event: Event) => {
      if (isProgress(event)) {
        mine.progress = event;
        return tell(event);
      }
      const told = { event, number: ++count };
      mine.events = [...mine.events, told].slice(-MOST_EVENTS);
      tell(told);
    };
    try {
      mine.outcome = await work(mine.kind, report);
      if (mine.kind === "sync") onSuccess();
    } catch (error) {
      // Even a mistake of ours must not end the server: whoever asked is told.
      mine.outcome = { kind: "failed", message: messageOf(error) };
    }
    mine.endedAt = Date.now();
    tell(undefined);
  };

  return {
    current: () => job,
    start(kind, by) {
      if (job && job.endedAt === undefined) {
        throw new Failure("busy", `a ${job.kind} that ${job.by} started is running`);
      }
      const begun: Mutable<Job> = {
        kind,
        by,
        startedAt: Date.now(),
        endedAt: undefined,
        outcome: undefined,
        events: [],
        progress: undefined,
      };
      job = begun;
      running = run(begun);
    },
    follow(follower) {
      followers.add(follower);
      return () => void followers.delete(follower);
    },
    async close() {
      stopping.abort(new Failure("interrupted", "the server stops"));
      await running;
    },
  };
}
