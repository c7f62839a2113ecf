/**
 * Registers a version of a project: its number, bound for good to a commit of a repository. Registering
 * the same again changes nothing; the same version with another commit is refused.
 */
import { Failure } from "../../errors.ts";
import {
  appendOwner,
  appendRelease,
  emptyProject,
  findRelease,
  type NewFile,
  organizationPath,
  type Project,
  type Projects,
  parseProject,
  personText,
  projectPath,
  projectText,
  type Release,
} from "../../projects/mod.ts";
import { repositoryHasCommit } from "../../sources/mod.ts";
import type { Registration } from "./body.ts";
import { canSee, checkMayPublish, checkMembership, type Visitor } from "./visitor.ts";
import type { ChangeProjects, Edit } from "./write.ts";

export interface Registered {
  readonly project: Project;
  readonly release: Release;
  /** False when it was there already, just so. */
  readonly isNew: boolean;
}

export interface RegisterOptions {
  /** Whether the repository is asked for the commit. */
  readonly verify: boolean;
  /** Hosts that may be asked; empty: any. */
  readonly hosts: readonly string[];
}

/**
 * @param projects as they are now, for what can be told at once
 * @throws {Failure} "forbidden"; "exists" for another commit; "invalid" naming the field; "upstream" or
 *   "timeout" when the repository does not answer
 */
export async function registerRelease(
  projects: Projects | undefined,
  change: ChangeProjects,
  wanted: Registration,
  visitor: Visitor,
  { verify, hosts }: RegisterOptions,
): Promise<Registered> {
  checkMayPublish(wanted.organization, wanted.name, visitor);
  // Before the repository is asked: nobody may have it asked for what would be refused anyway.
  const early = decide(projects, wanted, visitor, false);
  if (!early.result.isNew) return early.result;
  if (verify) await checkCommit(wanted, hosts);
  return await change(`register ${projectText(wanted)}`, (now) =>
    decide(now, wanted, visitor, verify),
  );
}

async function checkCommit({ repoUrl, commitHash }: Registration, hosts: readonly string[]) {
  if (await repositoryHasCommit(repoUrl, commitHash, { hosts })) return;
  throw new Failure(
    "invalid",
    `commit_hash: no branch or tag of ${repoUrl} is at ${commitHash}`,
    "push the commit, with a tag on it",
  );
}

function decide(
  projects: Projects | undefined,
  wanted: Registration,
  visitor: Visitor,
  verified: boolean,
): Edit<Registered> {
  checkMembership(projects, wanted.organization, visitor);
  const project = projects?.project(wanted) ?? emptyProject(wanted);
  const known = findRelease(project, wanted.version);
  if (known) {
    checkIdentical(project, known, wanted);
    return { files: [], subject: "", result: { project, release: known, isNew: false } };
  }
  checkPrivacy(project, wanted);
  checkDependencies(projects, wanted, visitor);

  const at = new Date().toISOString();
  const release = { ...releaseOf(wanted), verified, createdAt: at, by: personText(visitor.person) };
  const path = projectPath(wanted);
  const data = appendRelease(projects?.file(path) ?? Buffer.alloc(0), release);
  const files: NewFile[] = [{ path, data }];
  if (!projects?.organization(wanted.organization)) {
    files.push({
      path: organizationPath(wanted.organization),
      data: appendOwner(Buffer.alloc(0), visitor.person, at),
    });
  }
  const after = parseProject(wanted, data);
  return {
    files,
    subject: `${projectText(wanted)} ${wanted.version} for ${wanted.target}`,
    result: { project: after, release: { ...release, yanked: false }, isNew: true },
  };
}

function releaseOf(
  wanted: Registration,
): Omit<Release, "yanked" | "verified" | "createdAt" | "by"> {
  const { organization: _, name: __, target: ___, ...fields } = wanted;
  return fields;
}

/** @throws {Failure} "exists" */
function checkIdentical(project: Project, known: Release, wanted: Registration): void {
  if (known.commitHash === wanted.commitHash && known.repoUrl === wanted.repoUrl) return;
  const differs = known.commitHash === wanted.commitHash ? "repository" : "commit";
  throw new Failure(
    "exists",
    `${projectText(project)} ${known.version} is registered with another ${differs}: ${
      differs === "commit" ? known.commitHash : known.repoUrl
    }`,
    "a version never changes: register a new one",
  );
}

/** What was public stays so, as a version never disappears. @throws {Failure} "exists" */
function checkPrivacy(project: Project, wanted: Registration): void {
  if (project.releases.length === 0 || project.isPrivate || !wanted.isPrivate) return;
  throw new Failure(
    "exists",
    `is_private: ${projectText(project)} is public, and stays so`,
    "register without --private, or under another name",
  );
}

/** @throws {Failure} "invalid" naming the dependencies that nobody has registered */
function checkDependencies(
  projects: Projects | undefined,
  { target, dependencies }: Registration,
  visitor: Visitor,
): void {
  const missing = Object.keys(dependencies).filter((key) => {
    const [organization = "", name = ""] = key.slice(1).split("/");
    const found = projects?.project({ target, organization, name });
    return !found || !projects || !canSee(projects, found, visitor);
  });
  if (missing.length === 0) return;
  throw new Failure(
    "invalid",
    `dependencies: ${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} not registered for ${target}`,
    "register what it depends on first",
  );
}
