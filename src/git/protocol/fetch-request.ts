/**
 * What a client asks of `upload-pack`, in one shape for every protocol version. Sources:
 * gitprotocol-pack(5), "Packfile Negotiation"; gitprotocol-v2(5), "fetch".
 */
import { ProtocolError, packets, RefusedError, text } from "./pkt-line.ts";
import { isOid } from "./ref.ts";
import { SIDE_BAND, SIDE_BAND_64K } from "./sideband.ts";

/** Where the client wants its history cut. */
export type Deepen =
  | { readonly by: "depth"; readonly depth: number; readonly relative: boolean }
  /** Seconds since the epoch, and refs whose history is not wanted; at least one is given. */
  | { readonly by: "revision"; readonly since?: number; readonly not: readonly string[] };

/** What is left out of a pack: files, which the client fetches one by one when it needs them. */
export type Filter = "blob:none";

export interface FetchRequest {
  readonly wants: readonly string[];
  readonly haves: readonly string[];
  /** Commits whose parents the client lacks. */
  readonly shallows: readonly string[];
  readonly deepen: Deepen | undefined;
  readonly filter: Filter | undefined;
  /** The client wants the pack now, whatever is common. */
  readonly done: boolean;
  /** v2 only: do not send the pack before `done`. */
  readonly waitForDone: boolean;
  readonly thinPack: boolean;
  readonly ofsDelta: boolean;
  /** Pack bytes a packet, or 0 for an unframed pack (v0 without side-band). */
  readonly sideBandLimit: number;
  /** v0 only: how acknowledgements are written. */
  readonly multiAck: "none" | "multi_ack" | "multi_ack_detailed";
  /** v0 only: the pack may follow `ACK … ready` at once. */
  readonly noDone: boolean;
}

/** A clone without files wants all of them at once when it is checked out. */
const MAX_WANTS = 200_000;
/** Twice as many as git names at once in a long negotiation: each costs a look, also what is not here. */
const MAX_HAVES = 40_000;

interface Draft {
  wants: Set<string>;
  haves: Set<string>;
  shallows: Set<string>;
  depth: number | undefined;
  since: number | undefined;
  not: string[];
  filter: Filter | undefined;
  done: boolean;
  flags: Set<string>;
}

/**
 * @throws {ProtocolError} for an argument that is not understood: ignoring it would send a wrong pack
 * @throws {RefusedError} for a filter that is not spoken here
 */
export function parseFetchV2(args: readonly string[]): FetchRequest {
  const draft = emptyDraft();
  for (const line of args) readLine(draft, line, V2_FLAGS);
  return finish(draft, draft.flags, SIDE_BAND_64K);
}

/**
 * The body of a v0 or v1 `POST git-upload-pack`. Over HTTP a body repeats all that was said before,
 * so that it can be answered without memory of earlier ones.
 *
 * @throws {ProtocolError}
 * @throws {RefusedError}
 */
export function parseFetchV0(body: Buffer): FetchRequest {
  const draft = emptyDraft();
  let capabilities: Set<string> | undefined;
  for (const part of packets(body)) {
    if (part.kind === "flush") continue;
    if (part.kind !== "data") throw new ProtocolError(`unexpected ${part.kind} packet`);
    let line = text(part.data);
    if (line.startsWith("want ") && capabilities === undefined) {
      capabilities = new Set(line.slice(45).split(" ").filter(Boolean));
      line = line.slice(0, 45);
    }
    readLine(draft, line, NO_FLAGS);
  }
  const has = capabilities ?? new Set<string>();
  const limit = has.has("side-band-64k") ? SIDE_BAND_64K : has.has("side-band") ? SIDE_BAND : 0;
  return finish(draft, has, limit);
}

const NO_FLAGS: ReadonlySet<string> = new Set();
const V2_FLAGS: ReadonlySet<string> = new Set([
  "thin-pack",
  "no-progress",
  "include-tag",
  "ofs-delta",
  "deepen-relative",
  "wait-for-done",
]);

function emptyDraft(): Draft {
  return {
    wants: new Set(),
    haves: new Set(),
    shallows: new Set(),
    depth: undefined,
    since: undefined,
    not: [],
    filter: undefined,
    done: false,
    flags: new Set(),
  };
}

function readLine(draft: Draft, line: string, flags: ReadonlySet<string>): void {
  const space = line.indexOf(" ");
  const word = space < 0 ? line : line.slice(0, space);
  const value = space < 0 ? "" : line.slice(space + 1).trimEnd();
  if (word === "want") add(draft.wants, value, line, MAX_WANTS);
  else if (word === "have") add(draft.haves, value, line, MAX_HAVES);
  else if (word === "shallow") add(draft.shallows, value, line, MAX_HAVES);
  else if (word === "deepen") draft.depth = positive(value, line);
  else if (word === "deepen-since") draft.since = positive(value, line);
  else if (word === "deepen-not") draft.not.push(value);
  else if (word === "filter") draft.filter = filterOf(value);
  else if (line === "done") draft.done = true;
  else if (flags.has(line)) draft.flags.add(line);
  else throw new ProtocolError(`unexpected line: '${line.slice(0, 80)}'`);
}

function add(oids: Set<string>, oid: string, line: string, most: number): void {
  if (!isOid(oid)) throw new ProtocolError(`no object id in '${line.slice(0, 80)}'`);
  oids.add(oid);
  if (oids.size > most) throw new ProtocolError("too many lines");
}

function filterOf(value: string): Filter {
  if (value === "blob:none") return value;
  throw new RefusedError(`upload-pack: filter '${value.slice(0, 80)}' not supported`);
}

function positive(value: string, line: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < 1) {
    throw new ProtocolError(`invalid '${line.slice(0, 80)}'`);
  }
  return number;
}

function finish(draft: Draft, has: ReadonlySet<string>, sideBandLimit: number): FetchRequest {
  return {
    wants: [...draft.wants],
    haves: [...draft.haves],
    shallows: [...draft.shallows],
    deepen: deepenOf(draft, has.has("deepen-relative")),
    filter: draft.filter,
    done: draft.done,
    waitForDone: has.has("wait-for-done"),
    thinPack: has.has("thin-pack"),
    ofsDelta: has.has("ofs-delta"),
    sideBandLimit,
    multiAck: has.has("multi_ack_detailed")
      ? "multi_ack_detailed"
      : has.has("multi_ack")
        ? "multi_ack"
        : "none",
    noDone: has.has("no-done"),
  };
}

function deepenOf(draft: Draft, relative: boolean): Deepen | undefined {
  const byRevision = draft.since !== undefined || draft.not.length > 0;
  if (draft.depth !== undefined && byRevision) {
    throw new ProtocolError("deepen and deepen-since (or deepen-not) cannot be used together");
  }
  if (draft.depth !== undefined) return { by: "depth", depth: draft.depth, relative };
  if (!byRevision) return undefined;
  return draft.since === undefined
    ? { by: "revision", not: draft.not }
    : { by: "revision", since: draft.since, not: draft.not };
}
