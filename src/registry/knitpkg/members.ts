/** Who may register in an organization's name. Its first registrant owns it and lets others in. */
import { Failure } from "../../errors.ts";
import {
  appendMember,
  isMember,
  isOrganizationName,
  type Organization,
  organizationPath,
  type Person,
  type Projects,
  parsePerson,
  personText,
} from "../../projects/mod.ts";
import { checkMembership, type Visitor } from "./visitor.ts";
import type { ChangeProjects } from "./write.ts";

/** @throws {Failure} "not-found", "forbidden": members are told to members alone */
export function readMembers(
  projects: Projects | undefined,
  organization: string,
  visitor: Visitor,
): Organization {
  const known = requireOrganization(projects, organization);
  checkMembership(projects, organization, visitor);
  return known;
}

/**
 * Lets somebody in, or out again. Only the owner and this registry's operator may.
 *
 * @returns whether that changed anything
 * @throws {Failure} "not-found", "forbidden", "invalid"
 */
export async function changeMember(
  change: ChangeProjects,
  organization: string,
  kind: "member" | "remove",
  memberText: string,
  visitor: Visitor,
): Promise<boolean> {
  const member = readPerson(memberText);
  return await change(`organization ${organization}`, (projects) => {
    const known = requireOrganization(projects, organization);
    checkOwner(known, organization, visitor);
    const isThere = known.members.some((each) => personText(each) === personText(member));
    if (personText(known.owner) === personText(member)) {
      throw new Failure(
        "invalid",
        `member: ${memberText} owns ${organization} and stays its owner`,
      );
    }
    const isChange = isThere !== (kind === "member");
    if (!isChange) return { files: [], subject: "", result: false };
    const path = organizationPath(organization);
    const at = new Date().toISOString();
    const data = appendMember(projects!.file(path)!, { kind, member, by: visitor.person, at });
    const verb = kind === "member" ? "lets in" : "lets go";
    const subject = `organization ${organization} ${verb} ${personText(member)}`;
    return { files: [{ path, data }], subject, result: true };
  });
}

/** @throws {Failure} "invalid" */
export function readPerson(text: string): Person {
  if (/^(?:[a-z0-9][a-z0-9._-]*:)?[^\s:\p{Cc}\ufffd]{1,100}$/u.test(text)) return parsePerson(text);
  throw new Failure(
    "invalid",
    `member: ${JSON.stringify(text)} names nobody`,
    "write PROVIDER:NAME, such as github:ann; or NAME for the holder of a token of this registry",
  );
}

function requireOrganization(projects: Projects | undefined, organization: string): Organization {
  const known = isOrganizationName(organization) ? projects?.organization(organization) : undefined;
  if (known) return known;
  const hint = "an organization comes to be when somebody registers its first project";
  throw new Failure("not-found", `there is no organization ${organization}`, hint);
}

function checkOwner({ owner }: Organization, organization: string, visitor: Visitor): void {
  if (visitor.isAdmin || isMember({ owner, members: [] }, visitor.person)) return;
  throw new Failure("forbidden", `only the owner of ${organization} may change its members`);
}
