/** A module's directory: its manifest and the files that belong to it. */
import { existsSync, readFileSync, type Stats, statSync } from "node:fs";
import { readdir, readFile, realpath } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { Failure, messageOf, systemCode } from "../errors.ts";
import { createRules, type Rules } from "./ignore-rules.ts";
import { MANIFEST_FILES, type Manifest, parseManifest } from "./manifest.ts";
import type { Problem } from "./problem.ts";
import { ZIP_LIMITS } from "./zip.ts";
import { writeZip, type ZipInput } from "./zip-write.ts";

export interface ModuleFile extends ZipInput {
  readonly size: number;
}

export interface ModuleDirectory {
  readonly manifest: Manifest;
  /** By path. */
  readonly files: readonly ModuleFile[];
  readonly problems: readonly Problem[];
}

/**
 * Reads a module's manifest and lists what belongs to it.
 *
 * @throws {Failure} "not-found" when there is no module, "invalid" when its manifest cannot be read
 */
export async function openDirectory(dir: string): Promise<ModuleDirectory> {
  const root = await realRoot(dir);
  const file = MANIFEST_FILES.find((name) => existsSync(join(root, name)));
  if (file === undefined) {
    throw new Failure(
      "not-found",
      `${dir} is no MoonBit module: it has no ${MANIFEST_FILES.join(" and no ")}`,
      "name the module's directory: publish DIR",
    );
  }
  const manifest = await parseManifest(file, await readFile(join(root, file)));
  const { include, exclude } = manifest.fields;
  const rules = createRules(patterns(include), patterns(exclude) ?? [], rulesAbove(root));
  const found: Found = { files: [], problems: [] };
  await walk(root, "", rules, found);
  if (!found.files.some(({ path }) => path === file)) {
    // Whatever `include` says: without it there is no module.
    found.files.push(await plainFile(root, file, found.problems).then((each) => each!));
  }
  found.files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { manifest, ...found };
}

/** The archive of a module, the same bytes for the same files wherever and whenever it is made. */
export function packModule({ files }: ModuleDirectory): AsyncIterable<Uint8Array> {
  return writeZip(files);
}

interface Found {
  readonly files: ModuleFile[];
  readonly problems: Problem[];
}

async function realRoot(dir: string): Promise<string> {
  try {
    const root = await realpath(dir);
    if (statSync(root).isDirectory()) return root;
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
  throw new Failure("not-found", `there is no directory ${dir}`, "publish DIR takes a directory");
}

/** Wrong ones are told of by the validation. */
function patterns(field: unknown): string[] | undefined {
  if (!Array.isArray(field)) return undefined;
  return field.filter((each) => typeof each === "string");
}

/** The `.gitignore` files of the Git work tree that a module is a part of, the nearest first. */
function rulesAbove(root: string): { text: string; way: string }[] {
  const found: { text: string; way: string }[] = [];
  if (existsSync(join(root, ".git"))) return found;
  for (let at = dirname(root); ; at = dirname(at)) {
    const file = join(at, ".gitignore");
    const way = relative(at, root).split(sep).join("/");
    if (isPlain(file)) found.push({ text: readFileSync(file, "utf8"), way });
    if (existsSync(join(at, ".git"))) return found;
    // Outside a work tree such files are not for this module.
    if (at === dirname(at)) return [];
  }
}

const isPlain = (file: string): boolean =>
  statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;

async function walk(root: string, folder: string, rules: Rules, found: Found): Promise<void> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const names = new Set(entries.map(({ name }) => name));
  const gitignore = join(root, folder, ".gitignore");
  if (names.has(".gitignore") && isPlain(gitignore)) {
    rules.gitignore(folder, readFileSync(gitignore, "utf8"));
  }
  for (const entry of entries) {
    if (found.files.length > ZIP_LIMITS.entries) return;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (rules.enters(path, names)) await walk(root, path, rules, found);
    } else if (rules.takes(path)) {
      const file = await plainFile(root, path, found.problems);
      if (file) found.files.push(file);
    }
  }
}

/** A link within the module stands for what it points at, as archives hold none: `moon new` makes one. */
async function plainFile(
  root: string,
  path: string,
  problems: Problem[],
): Promise<ModuleFile | undefined> {
  const full = join(root, path);
  const complain = (message: string) => {
    const fix = "put the file itself there, or exclude it in the manifest";
    problems.push({ file: path, message, fix });
    return undefined;
  };
  let real: string;
  let stat: Stats;
  try {
    real = await realpath(full);
    stat = statSync(real);
  } catch (error) {
    return complain(`cannot be read: ${systemCode(error) ?? messageOf(error)}`);
  }
  if (real !== resolve(root, path) && !real.startsWith(root + sep)) {
    return complain("is a link that leaves the module");
  }
  if (real.startsWith(join(root, ".git") + sep)) return complain("is a link into .git");
  if (!stat.isFile()) {
    return complain(stat.isDirectory() ? "is a link to a directory" : "is no plain file");
  }
  return { path, size: stat.size, read: () => readFile(real) };
}
