/**
 * Names of projects, and where their metadata stands on the branch.
 *
 *     @acme/core for mql5      projects/mql5/acme/core.jsonl
 *     organization acme        organizations/acme.jsonl
 *
 * Names are lower-case ASCII: the client refuses to register others, and files of such names stay
 * apart on every disk.
 */

/** What a project can be for, besides `moonbit`, which is answered from the module index. */
export const TARGETS = ["mql4", "mql5"] as const;

/** Whether a text is one of `TARGETS`. */
export function isTarget(text: string): boolean {
  return (TARGETS as readonly string[]).includes(text);
}

/** The folder that holds every project, and the one that holds every organization. */
export const PROJECTS = "projects";
export const ORGANIZATIONS = "organizations";
export const EXTENSION = ".jsonl";

/** The longest that the client takes. Source: knitpkg-mt 1.1.1, its manifest's model. */
const MAX_ORGANIZATION = 100;
const MAX_NAME = 50;

/** The client allows letters, digits, `_`, `-` and `.`; a leading or doubled dot is left to paths. */
const NAME = /^(?!.*\.\.)[a-z0-9_][a-z0-9._-]*(?<!\.)$/;

export interface ProjectName {
  readonly target: string;
  readonly organization: string;
  readonly name: string;
}

/** Whether the client takes it as an organization's name, and it can be a path. */
export function isOrganizationName(text: string): boolean {
  return text.length <= MAX_ORGANIZATION && NAME.test(text);
}

/** The same of a project's name, which is shorter. */
export function isProjectName(text: string): boolean {
  return text.length <= MAX_NAME && NAME.test(text);
}

/** @example projectText({ target: "mql5", organization: "acme", name: "core" }) → "@acme/core" */
export function projectText({ organization, name }: ProjectName): string {
  return `@${organization}/${name}`;
}

/** @example projectPath({ target: "mql5", organization: "acme", name: "core" }) → ["projects", "mql5", "acme", "core.jsonl"] */
export function projectPath({ target, organization, name }: ProjectName): string[] {
  return [PROJECTS, target, organization, `${name}${EXTENSION}`];
}

/** @example organizationPath("acme") → ["organizations", "acme.jsonl"] */
export function organizationPath(organization: string): string[] {
  return [ORGANIZATIONS, `${organization}${EXTENSION}`];
}
