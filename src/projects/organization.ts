/**
 * An organization's file: who registered its first project, and who may since. Lines are never changed.
 *
 *     {"owner":"github:ann","owner_id":"583231","at":"2026-…Z"}
 *     {"member":"local:bob","by":"github:ann","at":"2026-…Z"}
 *     {"remove":"local:bob","by":"github:ann","at":"2026-…Z"}
 *
 * Version 1 of the format: this one.
 */
import { appendLine, readLines } from "./lines.ts";

/** Somebody, by the provider that vouches for the name. */
export interface Person {
  /** `local` for this registry's own tokens. */
  readonly provider: string;
  readonly username: string;
  /** The provider's number for the account, which outlives a change of name. */
  readonly id?: string | undefined;
}

export interface Organization {
  readonly owner: Person;
  /** Without the owner. */
  readonly members: readonly Person[];
}

export interface MemberChange {
  readonly kind: "member" | "remove";
  readonly member: Person;
  readonly by: Person;
  /** ISO 8601. */
  readonly at: string;
}

/** @example personText({ provider: "github", username: "ann" }) → "github:ann" */
export function personText({ provider, username }: Person): string {
  return `${provider}:${username}`;
}

/** Reads an organization's file; undefined when it names no owner. */
export function parseOrganization(data: Buffer): Organization | undefined {
  let owner: Person | undefined;
  const members = new Map<string, Person>();
  for (const line of readLines(data)) {
    const { owner: name, owner_id: id, member, remove } = line;
    if (typeof name === "string") {
      owner ??= { ...parsePerson(name), ...(typeof id === "string" && { id }) };
    } else if (typeof member === "string") members.set(member, parsePerson(member));
    else if (typeof remove === "string") members.delete(remove);
  }
  return owner && { owner, members: [...members.values()] };
}

/** Whether somebody may register and see what is private. */
export function isMember({ owner, members }: Organization, person: Person): boolean {
  return [owner, ...members].some((each) => isSame(each, person));
}

/** The file of a new organization. */
export function appendOwner(data: Buffer, owner: Person, at: string): Buffer {
  const id = owner.id === undefined ? {} : { owner_id: owner.id };
  return appendLine(data, { owner: personText(owner), ...id, at });
}

/** The file with somebody added or removed. The caller has seen that this changes something. */
export function appendMember(data: Buffer, { kind, member, by, at }: MemberChange): Buffer {
  return appendLine(data, { [kind]: personText(member), by: personText(by), at });
}

/** @param text `provider:username`; without a provider it is one of this registry's own */
export function parsePerson(text: string): Person {
  const colon = text.indexOf(":");
  if (colon < 0) return { provider: "local", username: text };
  return { provider: text.slice(0, colon), username: text.slice(colon + 1) };
}

/** By the provider's number where it is known: a name that was given up may be taken by another. */
function isSame(known: Person, person: Person): boolean {
  if (known.provider !== person.provider) return false;
  return known.id === undefined ? known.username === person.username : known.id === person.id;
}
