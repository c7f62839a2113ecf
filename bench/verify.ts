/** `verify` of a full mirror, beside sha256sum over the same files; both read them from memory. */
import { join } from "node:path";
import { filesBelow } from "../tests/support/registry-state.ts";
import { interleave, type Side, timed } from "./compare.ts";
import { missing, run, runPlain } from "./processes.ts";
import { atMost, besideEach, type Result, skippedWithout } from "./result.ts";
import type { World } from "./world.ts";

const ROUNDS = 5;
const SHA256SUM = "sha256sum";

export async function benchVerify(world: World): Promise<Result[]> {
  const dir = await world.mirrored();
  const files = filesBelow(join(dir, "data", "packages", "sha256"));
  let bytes = 0;
  // Read once, they are in the page cache for every side.
  for (const file of files) bytes += (await Bun.file(file).bytes()).length;
  const what = `verify of ${files.length} archives, ${(bytes / 1e6).toFixed(0)} MB`;
  const ours: Side = {
    name: "ours",
    measure: async () => (await run(["-d", dir, "verify", "-q"])).ms,
  };
  const sha256sum: Side = {
    name: SHA256SUM,
    measure: () => timed(() => runPlain([SHA256SUM, ...files])),
  };
  if (missing(SHA256SUM)) return skippedWithout(what, SHA256SUM);
  const sides = [ours, sha256sum];
  const figures = await interleave(ROUNDS, sides);
  return besideEach(what, "ms", sides, figures, { [SHA256SUM]: atMost(1) });
}
