/**
 * A client's fetch: asks for a commit and takes the pack that comes. Nothing of it is believed: it lies
 * in a temporary file until every object in it was read and named by its own hash.
 */
import { mkdir, open, rm, writeFile } from "node:fs/promises";
import { createBreath } from "../breath.ts";
import { temporaryIn } from "../files/mod.ts";
import { indexPack } from "./index-pack.ts";
import { installPack, type PackFiles } from "./install-pack.ts";
import type { Oid } from "./object.ts";
import { encodePackIndex, type IndexedEntry } from "./pack-index.ts";
import type { ScanLimits } from "./pack-scan.ts";
import { packDirectory } from "./paths.ts";
import { encodeQuestion, type FetchQuestion, readAnswer } from "./protocol/fetch-question.ts";
import { addShallow } from "./shallow.ts";

export interface FetchLimits extends ScanLimits {
  /** Of the pack, in bytes. */
  readonly pack: number;
}

export interface FetchPackOptions {
  readonly agent: string;
  readonly limits: FetchLimits;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings a commit, with all that the question does not say is here. Durable when this resolves.
 *
 * @param offered what the server can do, from its listing
 * @param send posts the question and gives the answer's body
 * @throws {ProtocolError} when it is no answer or only a part of one; {RangeError} or {SyntaxError} when the pack
 *   is damaged or beyond a limit; the signal's reason
 */
export async function fetchPack(
  gitdir: string,
  question: FetchQuestion,
  offered: ReadonlySet<string>,
  send: (question: Buffer) => Promise<AsyncIterable<Uint8Array>>,
  { agent, limits, signal }: FetchPackOptions,
): Promise<void> {
  const answer = await send(encodeQuestion(question, offered, agent));
  const shallow: Oid[] = [];
  const directory = packDirectory(gitdir);
  await mkdir(directory, { recursive: true });
  const files: PackFiles = { pack: temporaryIn(directory), index: temporaryIn(directory) };
  try {
    const trailer = await writePack(
      files.pack,
      readAnswer(answer, (oid) => shallow.push(oid)),
      limits.pack,
    );
    const entries = await indexed(files.pack, limits, signal);
    if (entries.length === 0) return await addShallow(gitdir, shallow);
    await writeFile(files.index, encodePackIndex(entries, trailer));
    await installPack(gitdir, files, trailer.toString("hex"), shallow);
  } catch (error) {
    await rm(files.index, { force: true });
    throw error;
  } finally {
    await rm(files.pack, { force: true });
  }
}

/** @returns the last 20 bytes, which are the pack's SHA-1 */
async function writePack(
  path: string,
  chunks: AsyncIterable<Buffer>,
  most: number,
): Promise<Buffer> {
  const file = await open(path, "wx");
  let size = 0;
  let tail: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > most) throw new RangeError(`the pack is over ${most} bytes`);
      await file.writeFile(chunk);
      tail = Buffer.concat([tail.subarray(-20), chunk.subarray(-20)]).subarray(-20);
    }
  } finally {
    await file.close();
  }
  return tail;
}

/** Others get their turn, as it may take seconds. */
async function indexed(
  path: string,
  limits: FetchLimits,
  signal: AbortSignal | undefined,
): Promise<IndexedEntry[]> {
  const run = indexPack(path, limits);
  const breathe = createBreath(signal);
  for (let step = run.next(); ; step = run.next()) {
    if (step.done) return step.value;
    const turn = breathe();
    if (turn) await turn;
  }
}
