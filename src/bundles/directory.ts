/**
 * A bundle as a directory, for a drive that is filled slowly: what is there already and right is left
 * alone, so an interrupted copy goes on. The manifest comes last: with it the bundle is there.
 */
import { existsSync, statSync } from "node:fs";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { replace, sha256Of, syncAll, syncNames } from "../files/mod.ts";
import { MANIFEST, SIGNATURE } from "./texts.ts";
import { type BundleContent, type OutgoingFile, outgoingFiles } from "./write.ts";

/** @returns how many files were there already */
export async function writeDirectory(
  root: string,
  content: BundleContent,
  onFile: (file: OutgoingFile) => void,
): Promise<number> {
  await mkdir(root, { recursive: true });
  const files = [...outgoingFiles(content)];
  const manifest = files.find(({ path }) => path === MANIFEST)!;
  // A manifest of before would speak of files that are replaced now.
  if (!(await isThere(root, manifest))) await rm(join(root, MANIFEST), { force: true });
  if (content.signature === undefined) await rm(join(root, SIGNATURE), { force: true });
  const written: string[] = [];
  let there = 0;
  for (const file of [...files.filter((each) => each !== manifest), manifest]) {
    if (file === manifest) await settle(written);
    if (await isThere(root, file)) there++;
    else written.push(await writeOne(root, file));
    onFile(file);
  }
  await settle([join(root, MANIFEST)]);
  await removeOthers(root, new Set(files.map(({ path }) => path)));
  return there;
}

/** The bytes, and the names. */
async function settle(files: readonly string[]): Promise<void> {
  await syncAll(files);
  await syncNames([...new Set(files.map(dirname))]);
}

async function isThere(root: string, { path, size, sha256 }: OutgoingFile): Promise<boolean> {
  const full = join(root, path);
  if (statSync(full, { throwIfNoEntry: false })?.size !== size) return false;
  return (await sha256Of(Bun.file(full))) === sha256;
}

async function writeOne(root: string, file: OutgoingFile): Promise<string> {
  const path = join(root, file.path);
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.partial`;
  const handle = await open(draft, "w");
  try {
    for await (const chunk of file.open()) await handle.writeFile(chunk);
  } finally {
    await handle.close();
  }
  await replace(draft, path);
  return path;
}

/** Archives that an earlier bundle in this directory had, and drafts. Nothing that is not a bundle's. */
async function removeOthers(root: string, kept: ReadonlySet<string>): Promise<void> {
  const packages = join(root, "packages", "sha256");
  if (!existsSync(packages)) return;
  for (const shard of await readdir(packages)) {
    if (!/^[0-9a-f]{2}$/.test(shard)) continue;
    for (const file of await readdir(join(packages, shard))) {
      const isOurs = /^[0-9a-f]{64}\.zip(?:\.partial)?$/.test(file);
      if (isOurs && !kept.has(`packages/sha256/${shard}/${file}`)) {
        await rm(join(packages, shard, file));
      }
    }
  }
}
