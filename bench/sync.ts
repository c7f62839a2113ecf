/** `sync` of a full mirror when nothing is new, beside one round trip to the same server by curl. */
import { interleave, type Side, timed } from "./compare.ts";
import { missing, run, runPlain } from "./processes.ts";
import { below, besideEach, type Result, skippedWithout } from "./result.ts";
import type { World } from "./world.ts";

const ROUNDS = 15;
const CURL = "curl, one round trip";
const ADVERTISEMENT = "/git/index/info/refs?service=git-upload-pack";

export async function benchSync(world: World): Promise<Result[]> {
  const dir = await world.mirrored();
  const { url } = world.upstream;
  const asked = async () => Number(await (await fetch(`${url}/asked`)).text());
  const requests: number[] = [];
  const ours: Side = {
    name: "ours",
    async measure() {
      const before = await asked();
      const { ms } = await run(["-d", dir, "sync", "-q"]);
      requests.push((await asked()) - before);
      return ms;
    },
  };
  const curl: Side = {
    name: CURL,
    measure: () => timed(() => runPlain(["curl", "-s", "-f", url + ADVERTISEMENT])),
  };
  const what = `sync of ${world.entries.length} archives, nothing new`;
  const sides = missing("curl") ? [ours] : [ours, curl];
  const figures = await interleave(ROUNDS, sides);
  return [
    { what, unit: "ms", ours: figures[0]!, goal: below(150) },
    ...besideEach(what, "ms", sides, figures),
    { what: `requests of ${what}`, unit: "requests", ours: requests, goal: below(2) },
    ...skippedWithout(`${what} beside one round trip`, "curl"),
  ];
}
