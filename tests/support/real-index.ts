/**
 * Every line of the public index, with an archive for each: 6,548 of them, about 200 MB, made when
 * asked for. For tests that say that they were skipped where the index is not at hand.
 */
import { git, realIndexRepository } from "./git.ts";
import { createRandom } from "./random.ts";
import {
  type GeneratedArchives,
  generateArchives,
  parseEntries,
  type SampleEntry,
} from "./upstream/mod.ts";

const SEED = 6548;

/** Lines of all modules as they are, by path, in the order of publishing. */
export async function realEntries(): Promise<SampleEntry[]> {
  const repository = await realIndexRepository();
  const listed = await git(["-C", repository, "ls-tree", "-r", "--object-only", "main", "user/"]);
  const blobs = Buffer.from(await git(["-C", repository, "cat-file", "--batch"], listed));
  return [...splitBatch(blobs)].flatMap((blob) => parseEntries(blob));
}

/** The same with archives from 2 to 128 KiB, small ones more often; checksums are theirs. */
export async function realArchives(): Promise<GeneratedArchives> {
  const random = createRandom(SEED);
  return generateArchives(await realEntries(), () => {
    return Math.floor(2 ** (11 + random.int(6_000) / 1_000));
  });
}

/** The contents in the output of `git cat-file --batch`: `OID TYPE SIZE\n`, content, `\n`. */
function* splitBatch(output: Buffer): Generator<string> {
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf("\n", at);
    const size = Number(output.toString("latin1", at, end).split(" ")[2]);
    yield output.toString("utf8", end + 1, end + 1 + size);
    at = end + 1 + size + 1;
  }
}
