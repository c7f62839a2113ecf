/**
 * An upstream's index of any size, written straight into a Git repository: lines like the public
 * ones, and checksums of archives that nobody has.
 */
import {
  createObjectBatch,
  createRepository,
  type Oid,
  openObjectDatabase,
  writeRef,
} from "../src/git/mod.ts";
import { commitChange, writeIndexTree } from "../src/index/mod.ts";

const VERSIONS = 10;
/** In the public index an owner has about as many. */
const MODULES_AN_OWNER = 4;
/** Seconds; 2025-01-01, when the first version came. */
const EPOCH = 1_735_689_600;
const BRANCH = "refs/heads/main";

export interface GrowingIndex extends Disposable {
  readonly gitdir: string;
  /** One more commit, in which one more module has one more version. Returns the module. */
  change(): Promise<string>;
}

/** @param count modules, each of ten versions */
export async function writeGrowingIndex(gitdir: string, count: number): Promise<GrowingIndex> {
  await createRepository(gitdir);
  const objects = openObjectDatabase(gitdir);
  const versions = Array.from({ length: count }, () => VERSIONS);
  const blobs = new Map<string, Oid>();
  let parent: Oid | undefined;
  let changes = 0;

  const commit = async (changed: readonly number[]): Promise<void> => {
    const batch = createObjectBatch(gitdir, objects.has);
    for (const at of changed) blobs.set(moduleAt(at), batch.add("blob", fileOf(at, versions[at]!)));
    const tree = writeIndexTree(batch, blobs);
    const time = EPOCH + count * VERSIONS + ++changes;
    parent = commitChange(batch, objects, { parent, tree, time, modules: changed.map(moduleAt) });
    await batch.write();
    await writeRef(gitdir, BRANCH, parent!);
  };
  await commit([...versions.keys()]);

  return {
    gitdir,
    async change() {
      // Far from each other, as changes are.
      const at = (changes * 7919) % count;
      versions[at]!++;
      await commit([at]);
      return moduleAt(at);
    },
    [Symbol.dispose]: () => objects.close(),
  };
}

const moduleAt = (at: number): string => `owner${Math.floor(at / MODULES_AN_OWNER)}/module${at}`;

function fileOf(at: number, versions: number): Buffer {
  const lines = Array.from({ length: versions }, (_, version) => lineOf(at, version));
  return Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

function lineOf(at: number, version: number) {
  const name = moduleAt(at);
  return {
    name,
    version: `0.${version}.0`,
    // One module needs another that came before it, in its first version.
    ...(at > 0 && { deps: { [moduleAt(Math.floor(at / 2))]: "0.0.0" } }),
    readme: "README.md",
    repository: `https://github.com/${name}.mbt`,
    license: "Apache-2.0",
    keywords: ["growth", `topic${at % 97}`, "library"],
    description: `The module number ${at}, which does what ${at % 31} others do, and better.`,
    source: "src",
    checksum: new Bun.CryptoHasher("sha256").update(`${name}@${version}`).digest("hex"),
    created_at: new Date((EPOCH + at * VERSIONS + version) * 1_000).toISOString(),
  };
}
