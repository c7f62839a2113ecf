/** What there is to know of a project, for those who may see it, and which version a specifier means. */
import { Failure } from "../../errors.ts";
import {
  appendYank,
  findRelease,
  type Project,
  type ProjectName,
  type Projects,
  personText,
  projectPath,
  projectText,
  type Release,
} from "../../projects/mod.ts";
import { newestFirst, parseRange, selectVersion } from "../../resolve/mod.ts";
import { canSee, checkMayPublish, checkMembership, type Visitor } from "./visitor.ts";
import type { ChangeProjects } from "./write.ts";

/** Versions named when none is right: more would bury the answer. */
const MAX_NAMED = 5;

/** @throws {Failure} "not-found", in the same words for what is not there and what is not to be seen */
export function visibleProject(
  projects: Projects | undefined,
  name: ProjectName,
  visitor: Visitor | undefined,
): Project {
  const project = projects?.project(name);
  if (projects && project && canSee(projects, project, visitor)) return project;
  throw new Failure(
    "not-found",
    `there is no project ${projectText(name)} for ${name.target}`,
    "check its name and target; a private one is shown to its members once they sign in",
  );
}

/**
 * The version that a specifier means.
 *
 * @throws {Failure} "invalid" for what is no specifier; "not-found" when no version is right
 */
export function resolveRelease(project: Project, specifier: string): Release {
  const found = selectVersion(parseRange(specifier), project.releases);
  if (found) return found;
  throw new Failure(
    "not-found",
    `no version of ${projectText(project)} matches ${specifier}`,
    versionsHint(project.releases),
  );
}

/** Names the newest versions that could have been chosen. */
function versionsHint(releases: readonly Pick<Release, "version" | "yanked">[]): string {
  const open = releases
    .filter(({ yanked }) => !yanked)
    .sort(newestFirst)
    .map(({ version }) => version);
  if (open.length === 0) return "every version of it was yanked";
  const more = open.length - MAX_NAMED;
  return `there are: ${open.slice(0, MAX_NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/**
 * Marks a version as not to be chosen any more, for good.
 *
 * @returns whether it was not before
 * @throws {Failure} "not-found", "forbidden"
 */
export async function yankRelease(
  projects: Projects | undefined,
  change: ChangeProjects,
  name: ProjectName,
  version: string,
  visitor: Visitor,
): Promise<boolean> {
  const check = (now: Projects | undefined): Release => {
    const project = visibleProject(now, name, visitor);
    checkMayPublish(name.organization, name.name, visitor);
    checkMembership(now, name.organization, visitor);
    const release = findRelease(project, version);
    if (release) return release;
    const message = `there is no version ${version} of ${projectText(name)}`;
    throw new Failure("not-found", message, versionsHint(project.releases));
  };
  if (check(projects).yanked) return false;
  return await change(`yank ${projectText(name)}`, (now) => {
    if (check(now).yanked) return { files: [], subject: "", result: false };
    const path = projectPath(name);
    const yank = { version, at: new Date().toISOString(), by: personText(visitor.person) };
    const data = appendYank(now?.file(path) ?? Buffer.alloc(0), yank);
    const subject = `${projectText(name)} ${version} for ${name.target}: yanked`;
    return { files: [{ path, data }], subject, result: true };
  });
}
