/** An index's repository made by this project's own code, for where there is no git. */

import {
  createObjectBatch,
  createRepository,
  openObjectDatabase,
  readRef,
  writeRef,
} from "../../../src/git/mod.ts";
import { commitChange, writeIndexTree } from "../../../src/index/mod.ts";
import { byModule, type SampleEntry } from "./entries.ts";

const BRANCH = "refs/heads/main";

/** 2026-02-01, when the sample was taken. */
const TIME = 1_769_904_000;

/** Commits these entries, and no others, to a bare repository; makes it when it is not there. */
export async function writeIndexRepository(
  gitdir: string,
  entries: Iterable<SampleEntry>,
): Promise<void> {
  await createRepository(gitdir);
  const objects = openObjectDatabase(gitdir);
  try {
    const batch = createObjectBatch(gitdir, (oid) => objects.has(oid));
    const files = Object.entries(byModule(entries)).map(([module, lines]) => {
      const data = lines.map((line) => `${line}\n`).join("");
      return [module, batch.add("blob", Buffer.from(data))] as const;
    });
    const tree = writeIndexTree(batch, new Map(files));
    const parent = readRef(gitdir, BRANCH);
    const time = parent === undefined ? TIME : objects.commit(parent).time + 60;
    const modules = files.map(([module]) => module);
    const commit = commitChange(batch, objects, { parent, tree, time, modules });
    await batch.write();
    if (commit !== undefined) await writeRef(gitdir, BRANCH, commit);
  } finally {
    objects.close();
  }
}
