/**
 * The serving side of `git fetch`: what a client has and wants goes in, the answer comes out as
 * bytes. Knows no HTTP and keeps no state between requests.
 */
import { allWantsMeet, missingCommits, planCut, reachable } from "./history.ts";
import type { Oid } from "./object.ts";
import type { ObjectReader } from "./object-database.ts";
import { packItems, planObjects } from "./pack-plan.ts";
import { encodePack } from "./pack-writer.ts";
import type { FetchRequest } from "./protocol/fetch-request.ts";
import { encodeV0, encodeV2, type Negotiation, NOTHING_COMMON } from "./protocol/fetch-response.ts";
import { FLUSH, ProtocolError } from "./protocol/pkt-line.ts";
import { CHANNEL, sideband } from "./protocol/sideband.ts";

/** One branch of a repository, as clients see it at one moment. */
export interface ServedBranch {
  readonly objects: ObjectReader;
  /** The tip, or undefined while the branch has no commit. */
  readonly tip: Oid | undefined;
  /** Such as `refs/heads/main`. */
  readonly ref: string;
}

export type ProtocolVersion = 0 | 1 | 2;

/** A want that the served branch does not lead to: the client is told, and may start anew. */
export class NotOurRefError extends Error {
  override readonly name = "NotOurRefError";

  constructor(oid: Oid) {
    super(`upload-pack: not our ref ${oid}`);
  }
}

/**
 * The answer to a fetch, piece by piece: a big pack is made while it is sent.
 *
 * @throws {NotOurRefError} before the first piece, for a want that this branch does not lead to
 */
export function* uploadPack(
  branch: ServedBranch,
  request: FetchRequest,
  version: ProtocolVersion,
): Generator<Buffer> {
  const { objects } = branch;
  checkWants(branch, request.wants);
  const cut = planCut(objects, request, (name) => (name === branch.ref ? branch.tip : undefined));
  const before = new Set(request.shallows);
  const common = request.haves.filter((oid) => isCommit(objects, oid));
  const negotiation: Negotiation =
    common.length === 0
      ? NOTHING_COMMON
      : { common, ready: !request.done && allWantsMeet(objects, request.wants, common, cut.after) };
  const encode = version === 2 ? encodeV2 : encodeV0;
  const { head, pack } = encode(request, negotiation, cut.update);
  if (!pack) {
    yield head;
    return;
  }
  const known = request.shallows.filter((oid) => isCommit(objects, oid));
  const owned = common.length > 0 ? [...common, ...known] : known;
  const missing = missingCommits(objects, request.wants, owned, before, cut);
  const planned = planObjects(objects, missing.commits, missing.edge);
  const items = packItems(objects, planned, request.thinPack);
  yield head;
  const limit = request.sideBandLimit;
  for (const bytes of gathered(encodePack(planned.length, items, request.ofsDelta))) {
    yield limit > 0 ? sideband(CHANNEL.pack, bytes, limit) : bytes;
  }
  if (limit > 0) yield FLUSH;
}

/** A client may have seen an older tip than the present one, so anything in its history will do. */
function checkWants(branch: ServedBranch, wants: readonly Oid[]): void {
  if (wants.length === 0) throw new ProtocolError("nothing is wanted");
  if (wants.every((oid) => oid === branch.tip)) return;
  const history = branch.tip === undefined ? undefined : reachable(branch.objects, [branch.tip]);
  for (const oid of wants) {
    if (!history?.has(oid)) throw new NotOurRefError(oid);
  }
}

function isCommit(objects: ObjectReader, oid: Oid): boolean {
  return objects.has(oid) && objects.read(oid).type === "commit";
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
