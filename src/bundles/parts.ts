/**
 * Bundles in files: one, or parts of a size that a medium takes.
 *
 *     packages.bundle                         or
 *     packages.bundle.001  .002  .003 …       which `cat` puts together again
 */
import { existsSync, lstatSync, read, readdirSync, write } from "node:fs";
import { open, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { Failure, messageOf, systemCode } from "../errors.ts";
import { replace, syncAll, syncNames } from "../files/mod.ts";
import { type Container, directoryContainer, tarContainer } from "./container.ts";

const readFd = promisify(read);
const writeFd = promisify(write);

const CHUNK = 256 * 1024;
const STDIN = 0;
const STDOUT = 1;

/** The word for standard input and output. */
export const PIPE = "-";

const partName = (file: string, number: number): string =>
  `${file}.${String(number).padStart(3, "0")}`;

/**
 * Parts of a bundle that are there, in order. Any of them would be taken for one of a new bundle of the
 * same name.
 */
export function partsOf(file: string): string[] {
  const [directory, start] = [dirname(file), `${basename(file)}.`];
  const names = existsSync(directory) ? readdirSync(directory) : [];
  return names
    .filter((name) => name.startsWith(start) && /^\d{3,}$/.test(name.slice(start.length)))
    .sort((a, b) => Number(a.slice(start.length)) - Number(b.slice(start.length)))
    .map((name) => join(directory, name));
}

/**
 * @param signal ends the waiting for a pipe, with its reason
 * @throws {Failure} "not-found"
 */
export function openContainer(place: string, signal?: AbortSignal): Container {
  if (place === PIPE) return tarContainer(chunksOf(STDIN, signal));
  const found = lstatSync(place, { throwIfNoEntry: false });
  if (found?.isDirectory()) return directoryContainer(place);
  if (found && !/\.001$/.test(place)) return tarContainer(fileChunks([place]));
  const file = place.replace(/\.001$/, "");
  const parts = partsOf(file);
  const missing = parts.map((_, at) => partName(file, at + 1)).find((name) => !existsSync(name));
  if (missing !== undefined) {
    const hint = "copy it to where the others are, which cannot be read without it";
    throw new Failure("not-found", `${missing} is missing`, hint);
  }
  if (parts.length > 0) return tarContainer(fileChunks(parts), parts.at(-1));
  throw new Failure("not-found", `there is no bundle at ${place}`, "name a file, a directory or -");
}

async function* fileChunks(paths: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const path of paths) {
    const file = await open(path, "r");
    try {
      yield* chunksOf(file.fd);
    } finally {
      await file.close();
    }
  }
}

/** Through other threads, and never more than one chunk ahead. */
async function* chunksOf(fd: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for (;;) {
    // A new one for each: whoever has the last may not be done with it.
    const buffer = Buffer.allocUnsafe(CHUNK);
    const next = () => readFd(fd, buffer, 0, buffer.length, null);
    const { bytesRead } = await patient(() => unlessAborted(signal, next));
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** A terminal or a pipe may have been set not to wait. */
async function patient<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (systemCode(error) !== "EAGAIN") throw error;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

/**
 * A pipe may stand still for as long as it likes, and its end may be why the work is broken off: the call is
 * left to itself then.
 */
async function unlessAborted<T>(
  signal: AbortSignal | undefined,
  call: () => Promise<T>,
): Promise<T> {
  if (!signal) return await call();
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([call(), aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
    signal.throwIfAborted();
  }
}

async function writeAll(fd: number, chunk: Uint8Array, signal?: AbortSignal): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    const next = () => writeFd(fd, chunk, at, chunk.length - at);
    const { bytesWritten } = await patient(() => unlessAborted(signal, next));
    at += bytesWritten;
  }
}

/** Writes a bundle to standard output. @throws {Failure} "io" when nobody reads it; the signal's reason */
export async function writePipe(
  chunks: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  for await (const chunk of chunks) {
    try {
      await writeAll(STDOUT, chunk, signal);
    } catch (error) {
      signal?.throwIfAborted();
      const what = systemCode(error) === "EPIPE" ? "nobody reads it any more" : messageOf(error);
      throw new Failure("io", `the bundle could not be written: ${what}`, undefined, {
        cause: error,
      });
    }
  }
}

/**
 * Writes a bundle to a file, or to parts of at most so many bytes. They have their names only when all
 * of them are whole and durable.
 *
 * @returns the files
 */
export async function writeFiles(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  partBytes: number | undefined,
): Promise<string[]> {
  const names: string[] = [];
  const placed: string[] = [];
  const draft = (name: string) => `${name}.partial`;
  let current: Awaited<ReturnType<typeof open>> | undefined;
  let room = 0;
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; ) {
        if (room === 0) {
          await current?.close();
          const name = partBytes === undefined ? file : partName(file, names.length + 1);
          names.push(name);
          current = await open(draft(name), "w");
          room = partBytes ?? Number.POSITIVE_INFINITY;
        }
        const piece = chunk.subarray(at, at + Math.min(chunk.length - at, room));
        await writeAll(current!.fd, piece);
        at += piece.length;
        room -= piece.length;
      }
    }
    await current?.close();
    current = undefined;
    await syncAll(names.map(draft));
    // The first last: with it the bundle is there.
    for (const name of names.toReversed()) {
      await replace(draft(name), name);
      placed.push(name);
    }
  } catch (error) {
    await current?.close();
    for (const name of [...names.map(draft), ...placed]) await rm(name, { force: true });
    throw error;
  }
  await syncNames([dirname(file)]);
  return names;
}
