/**
 * Side-band multiplexing: each packet's first byte names its channel. Source: gitprotocol-pack(5),
 * "Packfile Data".
 */
import { header, MAX_PAYLOAD } from "./pkt-line.ts";

export const CHANNEL = { pack: 1, progress: 2, error: 3 } as const;
export type Channel = (typeof CHANNEL)[keyof typeof CHANNEL];

/** The pack bytes that a packet carries under `side-band-64k` and the older `side-band`. */
export const SIDE_BAND_64K: number = MAX_PAYLOAD - 1;
export const SIDE_BAND: number = 1000 - 5;

/** Frames bytes for one channel, in as many packets as they need. */
export function sideband(
  channel: Channel,
  data: Uint8Array,
  limit: number = SIDE_BAND_64K,
): Buffer {
  const count = Math.ceil(data.length / limit);
  const out = Buffer.allocUnsafe(data.length + count * 5);
  let at = 0;
  for (let start = 0; start < data.length; start += limit) {
    const chunk = data.subarray(start, start + limit);
    out.write(header(chunk.length + 1), at, "latin1");
    out[at + 4] = channel;
    out.set(chunk, at + 5);
    at += chunk.length + 5;
  }
  return out;
}
