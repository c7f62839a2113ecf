/** Whether the policy keeps a version from clients, for a server that outlives changes to it. */
import type { Config } from "../../config/mod.ts";
import type { Failure } from "../../errors.ts";
import { parseModuleFile } from "../../index/mod.ts";
import type { Registry } from "../open.ts";
import { createPolicy, heldFailure, type Policy } from "../views/policy.ts";
import type { FindOwner } from "./owner.ts";

export interface HeldLookup {
  /** Blocked, listed or not: a block is in force as soon as it is written down. */
  blocked(module: string, version: string): Failure | undefined;
  /** Why a version that its owner offers is not listed; undefined when nobody offers it. */
  unlisted(module: string, version: string): Failure | undefined;
}

export function createHeldLookup(
  { objects }: Registry,
  config: () => Config,
  owner: FindOwner,
): HeldLookup {
  let seen: Config["policy"] | undefined;
  let policy: Policy;
  const current = (): Policy => {
    const now = config().policy;
    if (now !== seen) policy = createPolicy(now);
    seen = now;
    return policy;
  };
  return {
    blocked(module, version) {
      const hold = current().blocked(module, version);
      return hold && heldFailure(module, version, hold);
    },
    unlisted(module, version) {
      if (config().policy.minAge === 0) return undefined;
      const blob = owner(module)?.blob;
      if (blob === undefined) return undefined;
      const { lines } = parseModuleFile(module, objects.read(blob).data);
      const line = lines.find(({ entry }) => entry.version === version);
      const hold = line && current().young(line.entry, Date.now());
      return hold && heldFailure(module, version, hold);
    },
  };
}
