/** What a client does with git, timed. */
import { rmSync } from "node:fs";
import { git } from "../tests/support/git.ts";
import { timed } from "./compare.ts";

/**
 * @param from a server's address; any repository is at its `/git/index`
 * @returns milliseconds
 */
export async function clone(from: string, to: string, flags: readonly string[]): Promise<number> {
  return await timed(() => git(["clone", "-q", ...flags, `${from}/git/index`, to]));
}

/** The same, and then removes what was cloned. */
export async function cloneOnce(
  from: string,
  to: string,
  flags: readonly string[],
): Promise<number> {
  const ms = await clone(from, to, flags);
  rmSync(to, { recursive: true });
  return ms;
}

/**
 * Pulls as `moon update` does.
 *
 * @param from a server's address
 * @returns milliseconds
 */
export async function pull(from: string, into: string): Promise<number> {
  await git(["-C", into, "remote", "set-url", "origin", `${from}/git/index`]);
  return await timed(() => git(["-C", into, "pull", "-q", "origin", "main"]));
}
