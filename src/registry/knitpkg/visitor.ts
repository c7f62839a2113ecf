/** Who asks, and what that lets them see and do. */
import { Failure } from "../../errors.ts";
import {
  isMember,
  type Person,
  type Project,
  type Projects,
  personText,
} from "../../projects/mod.ts";

/** Somebody who has signed in, whoever vouched for it. */
export interface Visitor {
  readonly person: Person;
  readonly email?: string | undefined;
  /** May see and do everything. */
  readonly isAdmin: boolean;
  /** Whether the credentials themselves allow publishing as `organization/name`. */
  mayPublish(name: string): boolean;
}

/** Whether a project exists, as far as somebody is told. */
export function canSee(
  projects: Projects,
  project: Project,
  visitor: Visitor | undefined,
): boolean {
  if (!project.isPrivate) return true;
  if (visitor === undefined) return false;
  if (visitor.isAdmin) return true;
  const organization = projects.organization(project.organization);
  return organization !== undefined && isMember(organization, visitor.person);
}

/**
 * Lets members of an organization through, and anybody to one that nobody has yet.
 *
 * @throws {Failure} "forbidden"
 */
export function checkMembership(
  projects: Projects | undefined,
  organization: string,
  visitor: Visitor,
): void {
  const known = projects?.organization(organization);
  if (!known || visitor.isAdmin || isMember(known, visitor.person)) return;
  throw new Failure(
    "forbidden",
    `organization ${organization} belongs to others, and ${personText(visitor.person)} is no member of it`,
    "ask its owner or this registry's operator to be added",
  );
}

/** @throws {Failure} "forbidden" when the credentials are not for publishing this */
export function checkMayPublish(organization: string, name: string, visitor: Visitor): void {
  if (visitor.mayPublish(`${organization}/${name}`)) return;
  throw new Failure(
    "forbidden",
    `these credentials may not publish ${organization}/${name}`,
    `use a token with the scope publish:${organization}/*`,
  );
}
