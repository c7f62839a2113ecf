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
import { tempPath } from "./path.ts";

export interface Staged extends StoredArchive {
  /** Where its bytes are until they are placed. */
  readonly temporary: string;
}

let counter = 0;

/** @throws {IntegrityError} when `expected` is given and the bytes hash to something else */
export async function stage(
  root: string,
  body: AsyncIterable<Uint8Array> | Uint8Array,
  expected: Sha256 | undefined,
): Promise<Staged> {
  const temporary = join(tempPath(root), `${process.pid}-${counter++}`);
  if (body instanceof Uint8Array) return stageWhole(root, temporary, body, expected);
  const fd = inTemp(root, () => openSync(temporary, "wx"));
  try {
    const archive = await writeHashing(fd, body);
    check(expected, archive);
    return { ...archive, temporary };
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** A body in one piece is hashed first, so that a wrong one costs no file. */
function stageWhole(
  root: string,
  temporary: string,
  body: Uint8Array,
  expected: Sha256 | undefined,
): Staged {
  const archive = { sha256: Bun.SHA256.hash(body, "hex"), size: body.length };
  check(expected, archive);
  const fd = inTemp(root, () => openSync(temporary, "wx"));
  try {
    writeWhole(fd, body);
    return { ...archive, temporary };
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

function check(expected: Sha256 | undefined, { sha256 }: StoredArchive): void {
  if (expected !== undefined && expected !== sha256) throw new IntegrityError(expected, sha256);
}

async function writeHashing(fd: number, body: AsyncIterable<Uint8Array>): Promise<StoredArchive> {
  const hash = new Bun.CryptoHasher("sha256");
  let size = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    size += chunk.length;
    writeWhole(fd, chunk);
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
