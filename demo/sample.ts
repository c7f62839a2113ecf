/** The sample upstream of the demo: in this process, with no git. */
import { repositoryHandler } from "../tests/support/git-server.ts";
import { createRandom } from "../tests/support/random.ts";
import {
  generateArchives,
  sampleIndex,
  startUpstream,
  type Upstream,
  writeIndexRepository,
} from "../tests/support/upstream/mod.ts";

/** As from a server some way off, so that there is a progress to see. */
const LATENCY_MS = 40;

/** @param gitdir where its index is to be written */
export async function startSample(gitdir: string): Promise<Upstream> {
  const random = createRandom(1);
  const { entries, archive } = generateArchives(sampleIndex(), () => 4_096 + random.int(60_000));
  await writeIndexRepository(gitdir, entries);
  const git = repositoryHandler(gitdir);
  return startUpstream({ archive, git, faults: { latencyMs: LATENCY_MS } });
}
