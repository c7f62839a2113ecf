/**
 * A body on its way into the store: written to an exclusive temporary file, hashed on the way, and
 * not there yet. Nothing of one that fails, or is not the expected one, is left.
 *
 * Writes go through other threads: making a file and filling it costs the system more than the
 * program, so that with many at once both cores of a small machine have work.
 */
import { type FileHandle, mkdir, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../errors.ts";
import { IntegrityError, type Sha256, type StoredArchive } from "./archive-store.ts";
import { createIncoming, type Incoming } from "./incoming.ts";
import { tempPath } from "./path.ts";
import { temporaryName } from "./temporary.ts";

export interface Staged extends StoredArchive {
  /** Where its bytes are until they are placed. */
  readonly temporary: string;
}

/**
 * @param watch given a body that comes as a stream, from its first bytes on
 * @throws {IntegrityError} when `expected` is given and the bytes hash to something else
 */
export async function stage(
  root: string,
  body: AsyncIterable<Uint8Array> | Uint8Array,
  expected: Sha256 | undefined,
  watch?: (incoming: Incoming) => void,
): Promise<Staged> {
  const temporary = join(tempPath(root), temporaryName());
  try {
    const archive =
      body instanceof Uint8Array
        ? await stageWhole(root, temporary, body, expected)
        : await stageStream(root, temporary, body, expected, watch);
    return { ...archive, temporary };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A body in one piece is hashed first, so that a wrong one costs no file. */
async function stageWhole(
  root: string,
  temporary: string,
  body: Uint8Array,
  expected: Sha256 | undefined,
): Promise<StoredArchive> {
  const archive = { sha256: hashOfBytes(body), size: body.length };
  check(expected, archive);
  await inTemp(root, () => writeFile(temporary, body, { flag: "wx" }));
  return archive;
}

/** By a third faster than `Bun.SHA256.hash`. */
function hashOfBytes(body: Uint8Array): Sha256 {
  return new Bun.CryptoHasher("sha256").update(body).digest("hex");
}

async function stageStream(
  root: string,
  temporary: string,
  body: AsyncIterable<Uint8Array>,
  expected: Sha256 | undefined,
  watch: ((incoming: Incoming) => void) | undefined,
): Promise<StoredArchive> {
  const file = await inTemp(root, () => open(temporary, "wx"));
  const readers = createIncoming(temporary);
  let isTold = false;
  const wrote = (total: number) => {
    readers.wrote(total);
    // Not before: who has nothing yet can still be told what went wrong.
    if (!isTold) watch?.(readers.incoming);
    isTold = true;
  };
  try {
    let archive: StoredArchive;
    try {
      archive = await writeHashing(file, body, wrote);
    } finally {
      // It may fail as well: some file systems say only now that there was no room.
      await file.close();
    }
    check(expected, archive);
    readers.verified();
    return archive;
  } catch (error) {
    readers.failed(error);
    throw error;
  }
}

function check(expected: Sha256 | undefined, { sha256 }: StoredArchive): void {
  if (expected !== undefined && expected !== sha256) throw new IntegrityError(expected, sha256);
}

async function writeHashing(
  file: FileHandle,
  body: AsyncIterable<Uint8Array>,
  wrote: (total: number) => void,
): Promise<StoredArchive> {
  const hash = new Bun.CryptoHasher("sha256");
  let size = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    size += chunk.length;
    await file.writeFile(chunk);
    wrote(size);
  }
  return { sha256: hash.digest("hex"), size };
}

/** Makes the directory only when it turns out to be missing: saves a call for every file but one. */
async function inTemp<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    await mkdir(tempPath(root), { recursive: true });
    return await work();
  }
}
