/** Makes an empty bare repository that Git itself can read. Source: gitrepository-layout(5). */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeDurably } from "../files/mod.ts";
import { packDirectory } from "./paths.ts";

const CONFIG = `[core]
\trepositoryformatversion = 0
\tfilemode = false
\tbare = true
`;

/** Does nothing when a repository is there. HEAD points at `refs/heads/main`. */
export async function createRepository(gitdir: string): Promise<void> {
  if (existsSync(join(gitdir, "HEAD"))) return;
  await mkdir(packDirectory(gitdir), { recursive: true });
  await mkdir(join(gitdir, "refs", "heads"), { recursive: true });
  await writeDurably(join(gitdir, "config"), CONFIG);
  await writeDurably(join(gitdir, "HEAD"), "ref: refs/heads/main\n");
}
