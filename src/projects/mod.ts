/** KnitPkg projects: metadata alone, each version bound to a commit of somebody else's repository. */
export {
  appendMember,
  appendOwner,
  isMember,
  type Organization,
  type Person,
  parsePerson,
  personText,
} from "./organization.ts";
export {
  isOrganizationName,
  isProjectName,
  isTarget,
  organizationPath,
  type ProjectName,
  projectPath,
  projectText,
  TARGETS,
} from "./path.ts";
export {
  appendRelease,
  appendYank,
  emptyProject,
  findRelease,
  latestRelease,
  type Project,
  parseProject,
  type Release,
  releaseId,
} from "./project.ts";
export { followProjects, openProjects, type Projects } from "./snapshot.ts";
export { type NewFile, replaceFiles } from "./tree.ts";
