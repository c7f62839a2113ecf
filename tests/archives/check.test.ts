import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkFile, loadFile } from "../../src/archives/check.ts";
import { atOnce } from "../../src/breath.ts";
import { createRandom } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";

/** The same bytes out of a pipe, which never gives as many at once as a file does. */
function piped(bytes: Buffer): string {
  const directory = tempDirectory("check");
  const [file, pipe] = [join(directory, "file"), join(directory, "pipe")];
  writeFileSync(file, bytes);
  Bun.spawnSync(["mkfifo", pipe]);
  Bun.spawn(["sh", "-c", 'exec cat "$1" > "$2"', "sh", file, pipe]);
  return pipe;
}

const BYTES = createRandom(8).bytes(200_000);
const HASH = Bun.SHA256.hash(BYTES, "hex");

test("a big archive is hashed in steps, between which others can have their turn", () => {
  const path = join(tempDirectory("check"), "big");
  writeFileSync(path, Buffer.alloc(20_000_000));
  expect([...checkFile(path, HASH)].length).toBeGreaterThanOrEqual(5);
});

test.skipIf(process.platform === "win32")(
  "an archive that comes in pieces, as from a network drive, is sound when all of them are",
  async () => {
    const checked = atOnce(checkFile(piped(BYTES), HASH));
    expect(checked).toEqual({ size: BYTES.length, missing: false, problem: undefined });
    expect(Buffer.from(await loadFile(piped(BYTES), HASH).bytes()).equals(BYTES)).toBe(true);
  },
);
