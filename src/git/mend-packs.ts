/**
 * Puts packs that a power cut or a bad disk left behind out of the way, so that all others can be read: one
 * damaged index keeps a repository from being opened. Nothing is deleted. The caller is the only writer.
 *
 *     the pack is sound, its index is not        the index is made anew from the pack
 *     the index is sound, the pack is not        objects that are sound go to a pack of their own; both are put aside
 *     neither is sound, or the pack is gone      what is there is put aside
 */
import { existsSync, mkdirSync, readFileSync, renameSync, utimesSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createBreath, stepped } from "../breath.ts";
import { hasCode, systemCode } from "../errors.ts";
import { entriesOf, syncNames, writeDurably } from "../files/mod.ts";
import { checkTrailer } from "./check.ts";
import { indexPack } from "./index-pack.ts";
import { INDEX_LIMITS } from "./limit.ts";
import { type Oid, oidOf } from "./object.ts";
import { MissingObjectError } from "./object-database.ts";
import { openPackFile, type PackFile } from "./pack-file.ts";
import { checkPackIndex, encodePackIndex } from "./pack-index.ts";
import { type PackItem, writePackFile } from "./pack-writer.ts";
import { packDirectory } from "./paths.ts";

export interface MendedPack {
  /** Its file's name, such as `pack-ab12….idx`. */
  readonly file: string;
  /** What was wrong, and what became of it. */
  readonly message: string;
}

/** It was written here, or proven when it came. */
const LIMITS = { ...INDEX_LIMITS, work: Number.POSITIVE_INFINITY };

/** @param aside a directory of the same file system, for what is damaged; made when it is needed */
export async function mendPacks(
  gitdir: string,
  aside: string,
  signal?: AbortSignal,
): Promise<MendedPack[]> {
  const breathe = createBreath(signal);
  const directory = packDirectory(gitdir);
  const names = entriesOf(directory).map(({ name }) => name);
  const packs = new Set(names.flatMap((name) => /^(pack-.+)\.(?:pack|idx)$/.exec(name)?.[1] ?? []));
  const mended: MendedPack[] = [];
  for (const name of packs) {
    const path = join(directory, `${name}.pack`);
    const trailer = await unlessSpoilt(() => stepped(checkTrailer(path), breathe));
    const spoilt = await unlessSpoilt(() =>
      checkPackIndex(readFileSync(indexOf(path)), isWrong(trailer) ? undefined : trailer),
    );
    if (!isWrong(trailer) && !isWrong(spoilt)) continue;
    if (isWrong(trailer)) {
      // Half a pack of a killed writer: nobody sees it, and `gc` removes it.
      if (!existsSync(indexOf(path))) continue;
      const saved = isWrong(spoilt) ? 0 : await saveSound(gitdir, path, breathe);
      await putAside(path, aside);
      const what = saved === 0 ? "" : `; ${saved} objects of it are sound and were kept`;
      const message = `${trailer.why}; it was put aside in ${aside}${what}`;
      mended.push({ file: basename(path), message });
    } else if (isWrong(spoilt)) {
      const made = await unlessSpoilt(() => stepped(indexPack(path, LIMITS), breathe));
      if (isWrong(made)) {
        await putAside(path, aside);
        const message = `${made.why}; it was put aside in ${aside}`;
        mended.push({ file: basename(path), message });
        continue;
      }
      await writeDurably(indexOf(path), encodePackIndex(made.entries, made.trailer));
      const message = `${spoilt.why}; it was made anew from its pack`;
      mended.push({ file: basename(indexOf(path)), message });
    }
  }
  return mended;
}

const indexOf = (path: string): string => path.replace(/\.pack$/, ".idx");

interface Wrong {
  readonly why: string;
}

const isWrong = (found: unknown): found is Wrong =>
  typeof found === "object" && found !== null && "why" in found;

/** A file that is gone is spoilt as well; what the disk refuses says nothing about the file. */
async function unlessSpoilt<T>(look: () => T | Promise<T>): Promise<T | Wrong> {
  try {
    return await look();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return { why: "it is gone" };
    if (error instanceof RangeError || error instanceof SyntaxError) return { why: error.message };
    throw error;
  }
}

/** Writes what is sound of a damaged pack to a new one. @returns how many objects that is */
async function saveSound(
  gitdir: string,
  path: string,
  breathe: ReturnType<typeof createBreath>,
): Promise<number> {
  const pack = openUnlessGone(path);
  if (!pack) return 0;
  try {
    const sound: Oid[] = [];
    for (const oid of pack.index.oids()) {
      if (isSound(pack, oid)) sound.push(oid);
      await breathe();
    }
    function* items(): Generator<PackItem> {
      for (const oid of sound) yield { oid, ...pack!.stored(oid)! };
    }
    if (sound.length > 0) await writePackFile(gitdir, sound.length, items());
    return sound.length;
  } finally {
    pack.close();
  }
}

function openUnlessGone(path: string): PackFile | undefined {
  if (!existsSync(path)) return undefined;
  return openPackFile(path, (oid) => {
    throw new MissingObjectError(oid);
  });
}

function isSound(pack: PackFile, oid: Oid): boolean {
  try {
    const { type, data } = pack.read(oid)!;
    return oidOf(type, data) === oid;
  } catch (error) {
    if (hasCode(error, "integrity")) return false;
    throw error;
  }
}

/** The index first: without it a pack is not there, and one without its pack would be damage. */
async function putAside(path: string, aside: string): Promise<void> {
  mkdirSync(aside, { recursive: true });
  for (const extension of [".idx", ".pack", ".closed"]) {
    const from = path.replace(/\.pack$/, extension);
    if (!existsSync(from)) continue;
    const to = free(join(aside, basename(from)));
    renameSync(from, to);
    // How long it has been there counts from now; FAT keeps all its times when a file is moved.
    utimesSync(to, new Date(), new Date());
  }
  await syncNames([aside, dirname(path)]);
}

/** What was put aside before stays. */
function free(path: string): string {
  for (let copy = 0; ; copy++) {
    const name = copy === 0 ? path : `${path}.${copy}`;
    if (!existsSync(name)) return name;
  }
}
