/** The POST of `git clone --depth 1` in protocol v2, as git sends it. Source: gitprotocol-v2(5). */
import { join } from "node:path";
import { git } from "../tests/support/git.ts";

export const SHALLOW_FETCH_HEADERS = {
  "git-protocol": "version=2",
  "content-type": "application/x-git-upload-pack-request",
};

const FLUSH = "0000";
const DELIMITER = "0001";

export function shallowFetchBody(tip: string): string {
  const packet = (text: string) => (text.length + 4).toString(16).padStart(4, "0") + text;
  const capabilities = ["agent=git/2.39.5", "object-format=sha1"];
  const args = ["thin-pack", "no-progress", "ofs-delta", "deepen 1", `want ${tip}\n`, "done\n"];
  return [
    packet("command=fetch"),
    ...capabilities.map(packet),
    DELIMITER,
    ...args.map(packet),
    FLUSH,
  ].join("");
}

/** Where that POST goes, on a server of an index. */
export const shallowFetchUrl = (server: string): string => `${server}/git/index/git-upload-pack`;

/** @returns the answer, a pack and what is around it */
export async function shallowFetch(server: string, tip: string): Promise<Uint8Array> {
  const body = shallowFetchBody(tip);
  const headers = SHALLOW_FETCH_HEADERS;
  const response = await fetch(shallowFetchUrl(server), { method: "POST", headers, body });
  const answer = await response.bytes();
  if (!response.ok || answer.length < 100_000) throw new Error(`no pack came from ${server}`);
  return answer;
}

/** The commit that a registry serves. */
export async function tipOf(dir: string): Promise<string> {
  return await git(["-C", join(dir, "data", "index"), "rev-parse", "main"]);
}
