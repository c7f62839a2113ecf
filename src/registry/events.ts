/**
 * What a long operation tells while it runs. Operations never print: the command line draws these
 * as a progress bar, plain lines or NDJSON, the server logs them.
 */

import type { DownloadErrorKind } from "../download/mod.ts";

/** Bytes and counts are totals since the operation began. */
export type Event =
  | { type: "refreshing"; source: string }
  | {
      type: "refreshed";
      source: string;
      outcome: "unchanged" | "updated";
      modules: number;
    }
  | { type: "warning"; message: string }
  /** By the policy; versions. */
  | { type: "held"; blocked: number; young: number }
  | { type: "planned"; modules: number; versions: number; stored: number; missing: number }
  | { type: "progress"; done: number; total: number; failed: number; bytes: number }
  | { type: "checking" | "exporting" | "importing"; archives: number; bytes: number }
  | { type: "problem"; kind: ProblemKind; subject: string; message: string }
  | { type: "failed"; module: string; version: string; reason: DownloadErrorKind; message: string };

/** What `verify` finds something wrong with. */
export type ProblemKind = "archive" | "listing" | "git" | "file";

/** Receives an operation's events, in order. Must not throw. */
export type Report = (event: Event) => void;
