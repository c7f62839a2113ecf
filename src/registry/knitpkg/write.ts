/** Changes the branch of projects: one change after the other, each one commit. */
import { createObjectBatch, gatherIfMany } from "../../git/mod.ts";
import { commitTo } from "../../index/mod.ts";
import { type NewFile, openProjects, type Projects, replaceFiles } from "../../projects/mod.ts";
import type { Registry } from "../open.ts";
import { noteOwnTips, ownTips } from "../own-branches.ts";
import { KNITPKG } from "../paths.ts";
import { moving, PATIENCE_MS } from "../writing.ts";

/** What a change makes of the branch as it is at that moment. */
export interface Edit<T> {
  readonly files: readonly NewFile[];
  /** One line for the commit. */
  readonly subject: string;
  readonly result: T;
}

/**
 * @param decide looks at the projects as no other writer can change them, and says what to write; no
 *   files: nothing
 * @throws {Failure} "busy" when another process goes on writing; what `decide` throws
 */
export type ChangeProjects = <T>(
  command: string,
  decide: (projects: Projects | undefined) => Edit<T>,
) => Promise<T>;

export function createProjectWriter(registry: Registry): ChangeProjects {
  return (command, decide) =>
    moving(registry, command, () => change(registry, decide), PATIENCE_MS.knitpkg);
}

async function change<T>(
  registry: Registry,
  decide: (projects: Projects | undefined) => Edit<T>,
): Promise<T> {
  const { objects, paths } = registry;
  const gitdir = paths.index;
  const parent = ownTips(registry).get(KNITPKG);
  const { files, subject, result } = decide(
    parent === undefined ? undefined : openProjects(objects, parent),
  );
  if (files.length === 0) return result;
  const batch = createObjectBatch(gitdir, objects.has);
  const root = parent === undefined ? undefined : objects.commit(parent).tree;
  const commit = {
    parent,
    tree: replaceFiles(batch, objects, root, files),
    time: Math.floor(Date.now() / 1_000),
    modules: [subject],
    branch: KNITPKG,
  };
  await commitTo(gitdir, objects, batch, new Map([[KNITPKG, commit]]));
  await noteOwnTips(registry);
  await gatherIfMany(gitdir);
  return result;
}
