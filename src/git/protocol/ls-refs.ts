/** Protocol v2's `ls-refs`. Source: gitprotocol-v2(5). */
import { FLUSH, packet } from "./pkt-line.ts";
import type { AdvertisedRef } from "./ref.ts";

export interface LsRefsRequest {
  readonly symrefs: boolean;
  readonly unborn: boolean;
  /** Empty: every ref. */
  readonly prefixes: readonly string[];
}

/** Unknown arguments are ignored, as they only ask for more to be told. */
export function parseLsRefs(args: readonly string[]): LsRefsRequest {
  const prefixes = args.flatMap((arg) => (arg.startsWith("ref-prefix ") ? [arg.slice(11)] : []));
  return { symrefs: args.includes("symrefs"), unborn: args.includes("unborn"), prefixes };
}

/** @param unbornHead what HEAD points at while no commit exists */
export function encodeLsRefs(
  refs: readonly AdvertisedRef[],
  request: LsRefsRequest,
  unbornHead: string,
): Buffer {
  const wanted = (name: string) =>
    request.prefixes.length === 0 || request.prefixes.some((prefix) => name.startsWith(prefix));
  const lines = refs
    .filter((ref) => wanted(ref.name))
    .map((ref) => {
      const target = request.symrefs && ref.symrefTarget;
      return packet(`${ref.oid} ${ref.name}${target ? ` symref-target:${target}` : ""}\n`);
    });
  if (refs.length === 0 && request.unborn && wanted("HEAD")) {
    const target = request.symrefs ? ` symref-target:${unbornHead}` : "";
    lines.push(packet(`unborn HEAD${target}\n`));
  }
  return Buffer.concat([...lines, FLUSH]);
}
