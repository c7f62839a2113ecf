/** An upstream that goes on publishing new versions, and never takes one back. */
import { join } from "node:path";
import { repositoryHandler } from "../tests/support/git-server.ts";
import type { Random } from "../tests/support/random.ts";
import {
  type Fault,
  type FaultOptions,
  generateArchives,
  nextVersion,
  type SampleEntry,
  sampleIndex,
  startUpstream,
  writeIndexRepository,
} from "../tests/support/upstream/mod.ts";
import type { Actor } from "./actor.ts";

export interface ChangingUpstream extends AsyncDisposable {
  readonly url: string;
  /** Every version so far. */
  readonly entries: readonly SampleEntry[];
  /** The SHA-256 of a version's archive; undefined for a version that never was. */
  checksum(module: string, version: string): string | undefined;
  /** The archive itself. */
  bytes(module: string, version: string): Uint8Array | undefined;
  /** Publishes the next version of some modules: one commit. */
  grow(random: Random): Promise<void>;
  setFaults(faults: FaultOptions): void;
}

/** @param root an existing directory */
export async function startChangingUpstream(
  root: string,
  random: Random,
): Promise<ChangingUpstream> {
  const gitdir = join(root, "upstream.git");
  const entries: SampleEntry[] = [];
  const archives = new Map<string, () => Uint8Array | undefined>();
  const checksums = new Map<string, string>();
  const keyOf = (module: string, version: string) => `${module}@${version}`;
  const add = (more: readonly SampleEntry[], random: Random) => {
    // A few are big, so that connections break in the middle of them.
    const size = () => (random.chance(0.02) ? 600_000 : 1_000 + random.int(40_000));
    const made = generateArchives(more, size);
    for (const entry of made.entries) {
      const { module, version, checksum } = entry;
      entries.push(entry);
      checksums.set(keyOf(module, version), checksum);
      archives.set(keyOf(module, version), () => made.archive(module, version));
    }
  };
  const bytes = (module: string, version: string) => archives.get(keyOf(module, version))?.();
  add(sampleIndex(), random);
  await writeIndexRepository(gitdir, entries);
  const upstream = startUpstream({ archive: bytes, git: repositoryHandler(gitdir) });
  return {
    url: upstream.url,
    entries,
    checksum: (module, version) => checksums.get(keyOf(module, version)),
    bytes,
    async grow(random) {
      const latest = [...new Map(entries.map((entry) => [entry.module, entry])).values()];
      const chosen = new Set(Array.from({ length: 1 + random.int(4) }, () => random.pick(latest)));
      add([...chosen].map(nextVersion), random);
      await writeIndexRepository(gitdir, entries);
      // What was asked is of no interest here.
      upstream.forgetRequests();
    },
    setFaults: upstream.setFaults,
    [Symbol.asyncDispose]: () => upstream.stop(),
  };
}

const DEAD: Fault = { kind: "status", status: 503 };
const BROKEN: Fault = { kind: "status", status: 500 };
const isGit = (path: string) => path.startsWith("/git/");

/** How an upstream can be, mostly well. */
const MOODS: readonly FaultOptions[] = [
  {},
  {},
  {},
  { failRate: 0.3, truncateRate: 0.1 },
  { latencyMs: 200 },
  { override: (path) => (isGit(path) ? { kind: "reset" } : undefined) },
  { override: (path) => (isGit(path) ? BROKEN : undefined) },
  { override: () => DEAD },
];

/** @param upstream goes on changing, and fails at times */
export function upstreamActors(upstream: ChangingUpstream): Actor[] {
  return [
    { name: "new versions upstream", pauseMs: 3_000, step: (random) => upstream.grow(random) },
    {
      name: "faults upstream",
      pauseMs: 6_000,
      async step(random) {
        upstream.setFaults({ ...random.pick(MOODS), seed: random.int(1e9) });
      },
    },
  ];
}
