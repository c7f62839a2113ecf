/**
 * A body on its way into the store: written to an exclusive temporary file, hashed on the way, and
 * not there yet. Nothing of one that fails, or is not the expected one, is left.
 *
 * Writes block the thread: they only fill the system's cache, and going through other threads costs
 * twice the time.
 */
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
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
 * @param watch given a body that comes as a stream, while it comes
 * @throws {IntegrityError} when `expected` is given and the bytes hash to something else
 */
export async function stage(
  root: string,
  body: AsyncIterable<Uint8Array> | Uint8Array,
  expected: Sha256 | undefined,
  watch?: (incoming: Incoming) => void,
): Promise<Staged> {
  if (!(body instanceof Uint8Array)) {
    return await viaTemporary(root, async (fd, path) => {
      const file = createIncoming(path);
      watch?.(file.incoming);
      try {
        const archive = check(expected, await writeHashing(fd, body, file.wrote));
        file.verified();
        return archive;
      } catch (error) {
        file.failed(error);
        throw error;
      }
    });
  }
  // A body in one piece is hashed first, so that a wrong one costs no file.
  const hashed = { sha256: Bun.SHA256.hash(body, "hex"), size: body.length };
  const archive = check(expected, hashed);
  return await viaTemporary(root, (fd) => {
    writeWhole(fd, body);
    return archive;
  });
}

type Write = (fd: number, path: string) => StoredArchive | Promise<StoredArchive>;

async function viaTemporary(root: string, write: Write): Promise<Staged> {
  const temporary = join(tempPath(root), temporaryName());
  const fd = inTemp(root, () => openSync(temporary, "wx"));
  try {
    return { ...(await writeAndClose(fd, temporary, write)), temporary };
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Closing may fail as well: some file systems say only then that there was no room. */
async function writeAndClose(fd: number, path: string, write: Write): Promise<StoredArchive> {
  try {
    return await write(fd, path);
  } finally {
    closeSync(fd);
  }
}

function check(expected: Sha256 | undefined, archive: StoredArchive): StoredArchive {
  if (expected === undefined || expected === archive.sha256) return archive;
  throw new IntegrityError(expected, archive.sha256);
}

async function writeHashing(
  fd: number,
  body: AsyncIterable<Uint8Array>,
  wrote: (total: number) => void,
): Promise<StoredArchive> {
  const hash = new Bun.CryptoHasher("sha256");
  let size = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    size += chunk.length;
    writeWhole(fd, chunk);
    wrote(size);
  }
  return { sha256: hash.digest("hex"), size };
}

function writeWhole(fd: number, data: Uint8Array): void {
  for (let at = 0; at < data.length; ) at += writeSync(fd, data, at);
}

/** Makes the directory only when it turns out to be missing: saves a call for every file but one. */
function inTemp<T>(root: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    mkdirSync(tempPath(root), { recursive: true });
    return work();
  }
}
