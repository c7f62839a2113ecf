/**
 * The serving side of `git fetch`: what a client has and wants goes in, the answer comes out as
 * bytes. Knows no HTTP and keeps no state between requests.
 */
import type { ClosedPrefix } from "./closed-prefix.ts";
import { closureOf, type LeadsTo } from "./closure.ts";
import { allWantsMeet, type Cut, missingCommits, planCut, reachable } from "./history.ts";
import type { Oid } from "./object.ts";
import type { ObjectDatabase } from "./object-database.ts";
import { packItems, planObjects } from "./pack-plan.ts";
import { encodePack, type PackItem } from "./pack-writer.ts";
import type { FetchRequest } from "./protocol/fetch-request.ts";
import { encodeV0, encodeV2, type Negotiation, NOTHING_COMMON } from "./protocol/fetch-response.ts";
import { FLUSH, ProtocolError, RefusedError } from "./protocol/pkt-line.ts";
import { CHANNEL, sideband } from "./protocol/sideband.ts";

/** One branch of a repository, as clients see it at one moment. */
export interface ServedBranch {
  readonly objects: ObjectDatabase;
  /** The tip, or undefined while the branch has no commit. */
  readonly tip: Oid | undefined;
  /** Such as `refs/heads/main`. */
  readonly ref: string;
}

export type ProtocolVersion = 0 | 1 | 2;

/**
 * The answer to a fetch, piece by piece: a big pack is made while it is sent.
 *
 * @throws {RefusedError} before the first piece, for a want that this branch does not lead to
 */
export function* uploadPack(
  branch: ServedBranch,
  asked: FetchRequest,
  version: ProtocolVersion,
  leadsTo: LeadsTo,
): Generator<Buffer> {
  const { objects } = branch;
  const { commits: wants, others } = sortWants(branch, asked.wants, leadsTo);
  const request = { ...asked, wants };
  const cut = planCut(objects, request, (name) => (name === branch.ref ? branch.tip : undefined));
  const common = commitsAmong(objects, request.haves);
  const negotiation: Negotiation =
    common.length === 0
      ? NOTHING_COMMON
      : { common, ready: !request.done && allWantsMeet(objects, wants, common, cut.after) };
  const encode = version === 2 ? encodeV2 : encodeV0;
  const { head, pack } = encode(request, negotiation, cut.update);
  if (!pack) {
    yield head;
    return;
  }
  const isClone = common.length === 0 && others.length === 0 && cut.after.size === 0;
  const { count, items, prefix } =
    (isClone ? planClone(objects, request) : undefined) ??
    planFetch(objects, request, others, cut, common);
  yield head;
  const limit = request.sideBandLimit;
  const { ofsDelta } = request;
  try {
    for (const bytes of gathered(encodePack(count, items, { ofsDelta, prefix }))) {
      yield limit > 0 ? sideband(CHANNEL.pack, bytes, limit) : bytes;
    }
  } catch (error) {
    if (limit > 0) yield sideband(CHANNEL.error, BROKEN, limit);
    throw error;
  }
  if (limit > 0) yield FLUSH;
}

/** What a client is told; why is for the operator. */
const BROKEN = Buffer.from("the server cannot read all of its repository\n");

/** What a pack is made of. */
interface PackPlan {
  /** How many items there are. */
  readonly count: number;
  readonly items: Iterable<PackItem>;
  /** Comes before the items. */
  readonly prefix?: ClosedPrefix;
}

/**
 * All that the wants lead to and the client lacks.
 *
 * @param others wanted trees and blobs
 */
function planFetch(
  objects: ObjectDatabase,
  { wants, shallows, filter, thinPack }: FetchRequest,
  others: readonly Oid[],
  cut: Cut,
  common: readonly Oid[],
): PackPlan {
  const owned = [...common, ...commitsAmong(objects, shallows)];
  const { commits, edge } = missingCommits(objects, wants, owned, new Set(shallows), cut);
  const withoutBlobs = filter === "blob:none";
  const planned = planObjects(objects, commits, edge, { wanted: others, withoutBlobs });
  return { count: planned.length, items: packItems(objects, planned, { thin: thinPack }) };
}

/**
 * The same for a client that has nothing and wants everything, by way of what a repack has laid ready;
 * undefined when that is not what it wants, or there is nothing ready.
 */
function planClone(
  objects: ObjectDatabase,
  { wants, shallows, filter, ofsDelta }: FetchRequest,
): PackPlan | undefined {
  const [tip, ...more] = wants;
  if (tip === undefined || more.length > 0) return undefined;
  if (shallows.length > 0 || filter !== undefined || !ofsDelta) return undefined;
  const closure = closureOf(objects, tip);
  if (!closure) return undefined;
  const { prefix, since } = closure;
  const isBefore = (oid: Oid) => prefix.offsetOf(oid) !== undefined;
  return { count: since.length, items: packItems(objects, since, { isBefore }), prefix };
}

interface Wants {
  readonly commits: readonly Oid[];
  /** Trees and blobs. */
  readonly others: readonly Oid[];
}

/**
 * A client may have seen an older tip than the present one, and may fetch what it left out of a pack:
 * anything that the branch leads to will do, and nothing else.
 */
function sortWants({ objects, tip }: ServedBranch, wants: readonly Oid[], leadsTo: LeadsTo): Wants {
  if (wants.length === 0) throw new ProtocolError("nothing is wanted");
  const commits: Oid[] = [];
  const others: Oid[] = [];
  let history: ReadonlySet<Oid> | undefined;
  for (const oid of new Set(wants)) {
    if (oid === tip) {
      commits.push(oid);
      continue;
    }
    if (tip === undefined || !objects.has(oid)) throw notOurs(oid);
    if (objects.read(oid).type === "commit") {
      history ??= reachable(objects, [tip]);
      if (!history.has(oid)) throw notOurs(oid);
      commits.push(oid);
    } else {
      if (!leadsTo(objects, tip, oid)) throw notOurs(oid);
      others.push(oid);
    }
  }
  return { commits, others };
}

const notOurs = (oid: Oid) => new RefusedError(`upload-pack: not our ref ${oid}`);

/** Those that are here and commits. */
function commitsAmong(objects: ObjectDatabase, oids: readonly Oid[]): Oid[] {
  return [...objects.present(oids)].filter((oid) => objects.read(oid).type === "commit");
}

/** Bytes a side-band packet or a write can hold: many small entries would cost a header each. */
const GATHERED = 60_000;

function* gathered(pieces: Iterable<Buffer>): Generator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  for (const piece of pieces) {
    parts.push(piece);
    size += piece.length;
    if (size >= GATHERED) {
      yield Buffer.concat(parts);
      parts = [];
      size = 0;
    }
  }
  if (size > 0) yield Buffer.concat(parts);
}
