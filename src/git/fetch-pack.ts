/**
 * A client's fetch: asks for a commit and takes the pack that comes. Nothing of it is believed: it lies
 * in a temporary file until every object in it was read and named by its own hash.
 */
import { mkdir, open, rm, writeFile } from "node:fs/promises";
import { createBreath, stepped } from "../breath.ts";
import { temporaryIn } from "../files/mod.ts";
import { indexPack } from "./index-pack.ts";
import { installPack, type PackFiles } from "./install-pack.ts";
import { LimitError } from "./limit.ts";
import type { Oid } from "./object.ts";
import { openObjectDatabase } from "./object-database.ts";
import { encodePackIndex, type IndexedEntry } from "./pack-index.ts";
import type { ScanLimits } from "./pack-scan.ts";
import { packDirectory } from "./paths.ts";
import { encodeQuestion, type FetchQuestion, readAnswer } from "./protocol/fetch-question.ts";
import { ProtocolError } from "./protocol/pkt-line.ts";

export interface FetchLimits extends ScanLimits {
  /** Of the pack, in bytes. */
  readonly pack: number;
}

export interface FetchPackOptions {
  readonly agent: string;
  readonly limits: FetchLimits;
  readonly signal?: AbortSignal | undefined;
}

/** A fetch of one commit, as deep as one wishes, is cut at as many as the history has branches there. */
const MOST_CUTS = 10_000;

/**
 * Brings a commit, with all that the question does not say is here. Durable when this resolves.
 *
 * @param offered what the server can do, from its listing
 * @param send posts the question and gives the answer's body
 * @throws {ProtocolError} when it is no answer or only a part of one; {RangeError} or {SyntaxError} when the pack
 *   is damaged; {LimitError}; the signal's reason
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
    await writePack(
      files.pack,
      readAnswer(answer, (oid) => {
        if (shallow.push(oid) > MOST_CUTS) throw new LimitError("it cuts the history too often");
      }),
      limits.pack,
    );
    const { entries, trailer } = await stepped(indexPack(files.pack, limits), createBreath(signal));
    const cuts = newCuts(gitdir, shallow, entries);
    if (entries.length === 0) return;
    await writeFile(files.index, encodePackIndex(entries, trailer));
    await installPack(gitdir, files, trailer.toString("hex"), cuts);
  } catch (error) {
    await rm(files.index, { force: true });
    throw error;
  } finally {
    await rm(files.pack, { force: true });
  }
}

/**
 * Which commits have come without their parents. A server is believed only of what it sends: a cut in what
 * was here before would take that its history.
 *
 * @throws {ProtocolError} when it cuts anything else
 */
function newCuts(gitdir: string, shallow: readonly Oid[], entries: readonly IndexedEntry[]): Oid[] {
  if (shallow.length === 0) return [];
  const came = new Set(entries.map(({ oid }) => oid));
  const objects = openObjectDatabase(gitdir);
  try {
    return shallow.filter((oid) => {
      if (objects.has(oid)) return false;
      if (came.has(oid)) return true;
      throw new ProtocolError("it cuts the history at a commit that it does not send");
    });
  } finally {
    objects.close();
  }
}

async function writePack(path: string, chunks: AsyncIterable<Buffer>, most: number): Promise<void> {
  const file = await open(path, "wx");
  let size = 0;
  try {
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > most) throw new LimitError(`the pack is over ${most} bytes`);
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
}
