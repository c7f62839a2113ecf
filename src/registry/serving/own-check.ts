/**
 * Whether what nobody else has is here: what was published, and KnitPkg's projects. While it is missed, reading goes
 * on and writing is refused; whoever watches the server is to see it.
 */
import { Failure } from "../../errors.ts";
import type { Registry } from "../open.ts";
import { ownTips } from "../own-branches.ts";

/**
 * @param warn told what is missed, with its files, once
 * @returns looks; throws {Failure} "io" while something is missed
 */
export function createOwnCheck(registry: Registry, warn: (message: string) => void): () => void {
  let told: string | undefined;
  return () => {
    try {
      ownTips(registry);
      told = undefined;
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "integrity") throw error;
      if (error.message !== told) warn(`${error.message}; ${error.hint}`);
      told = error.message;
      // Nobody else is to know of paths.
      const message =
        "what was published here is missed, and nothing is published until it is back";
      const hint = "its operator has to mend it: `verify` tells how, and so does the server's log";
      throw new Failure("io", message, hint, { cause: error });
    }
  };
}
