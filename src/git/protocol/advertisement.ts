/**
 * What a server says first, on `GET info/refs?service=git-upload-pack`. Protocol v0 and v1 list all
 * refs, v2 only what it can do. Sources: gitprotocol-http(5), gitprotocol-pack(5), gitprotocol-v2(5).
 */
import { FLUSH, packet } from "./pkt-line.ts";
import type { AdvertisedRef } from "./ref.ts";

const SERVICE = Buffer.concat([packet("# service=git-upload-pack\n"), FLUSH]);

const ZERO_OID = "0".repeat(40);

const CAPABILITIES = [
  "multi_ack",
  "multi_ack_detailed",
  "no-done",
  "thin-pack",
  "side-band",
  "side-band-64k",
  "ofs-delta",
  "shallow",
  "deepen-since",
  "deepen-not",
  "deepen-relative",
  "no-progress",
  "include-tag",
  "allow-tip-sha1-in-want",
  "allow-reachable-sha1-in-want",
  "filter",
  "object-format=sha1",
];

/** The v0 (or, with its version line, v1) advertisement. */
export function advertiseRefs(
  refs: readonly AdvertisedRef[],
  agent: string,
  version: 0 | 1,
): Buffer {
  const symrefs = refs.flatMap((ref) =>
    ref.symrefTarget ? [`symref=${ref.name}:${ref.symrefTarget}`] : [],
  );
  const capabilities = [...CAPABILITIES, ...symrefs, `agent=${agent}`].join(" ");
  const lines = refs.map((ref, at) =>
    packet(`${ref.oid} ${ref.name}${at === 0 ? `\0${capabilities}` : ""}\n`),
  );
  if (lines.length === 0) lines.push(packet(`${ZERO_OID} capabilities^{}\0${capabilities}\n`));
  const versionLine = version === 1 ? [packet("version 1\n")] : [];
  return Buffer.concat([SERVICE, ...versionLine, ...lines, FLUSH]);
}

/** The v2 capability advertisement. */
export function advertiseV2(agent: string): Buffer {
  return Buffer.concat([
    SERVICE,
    packet("version 2\n"),
    packet(`agent=${agent}\n`),
    packet("ls-refs=unborn\n"),
    packet("fetch=shallow filter\n"),
    packet("object-format=sha1\n"),
    FLUSH,
  ]);
}
