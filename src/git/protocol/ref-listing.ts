/**
 * Reads what a server says first to a client that speaks protocol v0 or v1: its refs, and what it can
 * do. Sources: gitprotocol-http(5), gitprotocol-pack(5), "Reference Discovery".
 *
 *     # service=git-upload-pack  0000  [version 1]  OID NAME\0CAPABILITIES  OID NAME …  shallow OID …  0000
 */
import { CutShortError, ProtocolError, packets, text } from "./pkt-line.ts";
import { type AdvertisedRef, isOid } from "./ref.ts";

export interface RefListing {
  /** As they come: what a tag points at follows it, as `refs/tags/v1^{}`. */
  readonly refs: readonly AdvertisedRef[];
  readonly capabilities: ReadonlySet<string>;
  /** Whether the other side's own history is cut somewhere. */
  readonly isShallow: boolean;
}

/** What stands for a ref where there is none to carry the capabilities. */
const NO_REFS = "capabilities^{}";

/** @throws {ProtocolError} when it is no listing, or only a part of one */
export function readRefListing(body: Buffer): RefListing {
  const refs: AdvertisedRef[] = [];
  let capabilities: ReadonlySet<string> | undefined;
  let isShallow = false;
  let flushes = 0;
  for (const packet of packets(body)) {
    if (packet.kind === "flush") flushes++;
    if (packet.kind !== "data") continue;
    const line = text(packet.data);
    if (line.startsWith("ERR ")) throw new ProtocolError(`it says: ${line.slice(4)}`);
    if (flushes === 0) {
      if (line !== "# service=git-upload-pack")
        throw new ProtocolError("it does not speak of the service");
      continue;
    }
    if (capabilities === undefined && line === "version 1") continue;
    if (/^shallow [0-9a-f]{40}$/.test(line)) {
      isShallow = true;
      continue;
    }
    const [ref = "", offered = ""] = line.split("\0");
    capabilities ??= new Set(offered.split(" ").filter(Boolean));
    const oid = ref.slice(0, 40);
    if (!isOid(oid) || ref[40] !== " ") throw new ProtocolError("it lists what is no ref");
    const name = ref.slice(41);
    if (name !== NO_REFS) refs.push({ name, oid });
  }
  if (flushes < 2) throw new CutShortError("its list of refs is cut short");
  return { refs, capabilities: capabilities ?? new Set(), isShallow };
}
