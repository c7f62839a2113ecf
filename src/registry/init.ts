/** Makes a registry. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { CONFIG_NAME, defaultConfigText } from "../config/mod.ts";
import { Failure } from "../errors.ts";
import { writeDurably } from "../files/mod.ts";
import { createRepository } from "../git/mod.ts";
import { shellWord } from "../shell-word.ts";
import { onDisk } from "./disk.ts";
import { dataPaths } from "./paths.ts";

/**
 * Writes `registry.toml` and an empty index into a directory, which is made if it is not there.
 *
 * @throws {Failure} "exists" when a registry is there
 */
export async function initRegistry(
  dir: string,
  options: { readonly name?: string } = {},
): Promise<{ dir: string; file: string }> {
  const root = resolve(dir);
  const file = join(root, CONFIG_NAME);
  if (existsSync(file)) {
    const hint = `use it as it is: moonbit-registry --dir ${shellWord(dir)} status`;
    throw new Failure("exists", `there is a registry at ${root}`, hint);
  }
  const paths = dataPaths(join(root, "data"));
  const hint = "choose another directory, or make one there that can be written";
  await onDisk(`a registry cannot be made in ${root}`, hint, async () => {
    await mkdir(paths.packages, { recursive: true });
    await createRepository(paths.index);
    // Last: a directory with a registry.toml is a registry.
    await writeDurably(file, defaultConfigText(options.name ?? basename(root)));
  });
  return { dir: root, file };
}
