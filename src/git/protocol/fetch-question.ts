/**
 * A client's side of a v0 or v1 fetch over HTTP: one question, with all that is to be said, and the
 * answer to it. Source: gitprotocol-pack(5), "Packfile Negotiation".
 *
 *     want OID capabilities · shallow OID … · [deepen N] · 0000 · have OID … · done
 *     [shallow OID … · unshallow OID … · 0000] · ACK … | NAK · …pack… · 0000
 */
import { CutShortError, FLUSH, ProtocolError, packet, packetsOf, text } from "./pkt-line.ts";
import { isOid } from "./ref.ts";
import { CHANNEL } from "./sideband.ts";

export interface FetchQuestion {
  readonly want: string;
  /** Commits that are here, with all that they lead to but for the parents of shallow ones. */
  readonly haves: readonly string[];
  /** Commits that are here without their parents. */
  readonly shallows: readonly string[];
  /** How many commits deep; undefined: all of the history. */
  readonly depth: number | undefined;
}

/**
 * @param offered what the server can do
 * @throws {ProtocolError} when it lacks what is needed
 */
export function encodeQuestion(
  { want, haves, shallows, depth }: FetchQuestion,
  offered: ReadonlySet<string>,
  agent: string,
): Buffer {
  if (!offered.has("side-band-64k")) throw new ProtocolError("it has no side-band-64k");
  const cuts = depth !== undefined || shallows.length > 0;
  if (cuts && !offered.has("shallow")) throw new ProtocolError("it cuts no history");
  const wished = ["side-band-64k", "ofs-delta", "no-progress"].filter((each) => offered.has(each));
  return Buffer.concat([
    packet(`want ${want} ${wished.join(" ")} agent=${agent}\n`),
    ...shallows.map((oid) => packet(`shallow ${oid}\n`)),
    ...(depth === undefined ? [] : [packet(`deepen ${depth}\n`)]),
    FLUSH,
    ...haves.map((oid) => packet(`have ${oid}\n`)),
    packet("done\n"),
  ]);
}

/**
 * The bytes of the pack, as they come.
 *
 * @param onShallow told, before the first of them, of each commit that comes without its parents
 * @throws {ProtocolError} when it is no answer, or ends before its end; with the server's own words when it says
 *   what is wrong
 */
export async function* readAnswer(
  chunks: AsyncIterable<Uint8Array>,
  onShallow: (oid: string) => void,
): AsyncGenerator<Buffer> {
  let inPack = false;
  let ended = false;
  for await (const part of packetsOf(chunks)) {
    ended = part.kind === "flush";
    if (part.kind !== "data") continue;
    const { data } = part;
    if (isSideBand(data)) {
      inPack = true;
      if (data[0] === CHANNEL.pack) yield data.subarray(1);
      if (data[0] === CHANNEL.error) throw new ProtocolError(`it says: ${text(data.subarray(1))}`);
    } else if (inPack) {
      throw new ProtocolError("there is something between the parts of its pack");
    } else {
      readLine(text(data), onShallow);
    }
  }
  if (!inPack || !ended) throw new CutShortError("its answer is cut short");
}

/** No line before the pack begins with such a byte. */
const isSideBand = (data: Buffer): boolean => data.length > 0 && data[0]! <= CHANNEL.error;

function readLine(line: string, onShallow: (oid: string) => void): void {
  const [word, oid = ""] = line.split(" ");
  // Nothing is asked for that would take the cut from a commit which is here.
  if (word === "NAK" || (isOid(oid) && (word === "ACK" || word === "unshallow"))) return;
  if (word === "shallow" && isOid(oid)) onShallow(oid);
  else if (word === "ERR") throw new ProtocolError(`it says: ${line.slice(4)}`);
  else throw new ProtocolError(`it answers '${line.slice(0, 80)}'`);
}
