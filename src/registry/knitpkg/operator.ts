/** What the registry's operator does about organizations from the command line. */
import { readRef } from "../../git/mod.ts";
import { openProjects, personText } from "../../projects/mod.ts";
import { type LocalOptions, recordLocally } from "../local-audit.ts";
import type { Registry } from "../open.ts";
import { KNITPKG } from "../paths.ts";
import { changeMember, readMembers, readPerson } from "./members.ts";
import type { Visitor } from "./visitor.ts";
import { createProjectWriter } from "./write.ts";

/** Whoever has the files may do everything. */
const OPERATOR: Visitor = {
  person: { provider: "local", username: "operator" },
  isAdmin: true,
  mayPublish: () => true,
};

export interface OrganizationMembers {
  readonly organization: string;
  /** As `provider:name`, like all of them. */
  readonly owner: string;
  readonly members: readonly string[];
}

/** @throws {Failure} "not-found" */
export function organizationMembers(
  { objects, paths }: Registry,
  organization: string,
): OrganizationMembers {
  const tip = readRef(paths.index, KNITPKG);
  const projects = tip === undefined ? undefined : openProjects(objects, tip);
  const { owner, members } = readMembers(projects, organization, OPERATOR);
  return { organization, owner: personText(owner), members: members.map(personText) };
}

/**
 * Lets somebody in, or out again.
 *
 * @returns who, in full, and whether that changed anything
 * @throws {Failure} "not-found", "invalid", "busy"
 */
export async function changeOrganization(
  registry: Registry,
  organization: string,
  kind: "member" | "remove",
  memberText: string,
  options: LocalOptions,
): Promise<{ member: string; changed: boolean }> {
  const member = personText(readPerson(memberText));
  const change = createProjectWriter(registry);
  const changed = await changeMember(change, organization, kind, member, OPERATOR);
  const what = `knitpkg ${kind === "member" ? "add member" : "remove member"}`;
  recordLocally(registry, options, what, `${organization}: ${member}`);
  return { member, changed };
}
