/**
 * What `upload-pack` answers before the pack. Sources: gitprotocol-pack(5), gitprotocol-v2(5).
 *
 *     v2   [acknowledgments 0001] [shallow-info 0001] packfile …pack… 0000
 *     v0   [shallow… unshallow… 0000] ACK… | NAK  …pack… [0000]
 */
import type { FetchRequest } from "./fetch-request.ts";
import { DELIMITER, FLUSH, packet } from "./pkt-line.ts";

/** How a client's history is cut after this fetch, compared to before. */
export interface ShallowUpdate {
  readonly shallow: readonly string[];
  readonly unshallow: readonly string[];
}

/** What both sides have, and whether that is enough to make the pack. */
export interface Negotiation {
  readonly common: readonly string[];
  readonly ready: boolean;
}

export const NOTHING_COMMON: Negotiation = { common: [], ready: false };

/** v2: everything up to the first side-band packet, or a whole answer when no pack follows. */
export function encodeV2(
  request: FetchRequest,
  negotiation: Negotiation,
  update: ShallowUpdate | undefined,
): { head: Buffer; pack: boolean } {
  const parts: Buffer[] = [];
  const pack = request.done || (negotiation.ready && !request.waitForDone);
  if (!request.done) {
    parts.push(packet("acknowledgments\n"));
    if (negotiation.common.length === 0) parts.push(packet("NAK\n"));
    for (const oid of negotiation.common) parts.push(packet(`ACK ${oid}\n`));
    if (negotiation.ready) parts.push(packet("ready\n"));
    if (!pack) return { head: Buffer.concat([...parts, FLUSH]), pack };
    parts.push(DELIMITER);
  }
  if (update) parts.push(packet("shallow-info\n"), ...shallowLines(update), DELIMITER);
  parts.push(packet("packfile\n"));
  return { head: Buffer.concat(parts), pack };
}

/** v0 and v1: the lines before the pack, or a whole answer when none follows. */
export function encodeV0(
  request: FetchRequest,
  negotiation: Negotiation,
  update: ShallowUpdate | undefined,
): { head: Buffer; pack: boolean } {
  const parts: Buffer[] = update ? [...shallowLines(update), FLUSH] : [];
  const { common } = negotiation;
  const ready = negotiation.ready && request.multiAck === "multi_ack_detailed";
  const pack = request.done || (ready && request.noDone);
  const last = common.at(-1);
  if (request.multiAck !== "none") {
    const word = request.multiAck === "multi_ack" ? "continue" : "common";
    parts.push(...common.map((oid) => packet(`ACK ${oid} ${word}\n`)));
    if (ready && last && !request.done) parts.push(packet(`ACK ${last} ready\n`));
  }
  const single = request.multiAck === "none" && last !== undefined;
  if (!request.done && request.haves.length > 0 && !single) parts.push(packet("NAK\n"));
  if (pack || single) parts.push(packet(last ? `ACK ${last}\n` : "NAK\n"));
  return { head: Buffer.concat(parts), pack };
}

function shallowLines({ shallow, unshallow }: ShallowUpdate): Buffer[] {
  return [
    ...shallow.map((oid) => packet(`shallow ${oid}\n`)),
    ...unshallow.map((oid) => packet(`unshallow ${oid}\n`)),
  ];
}
