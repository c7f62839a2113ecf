import { expect, test } from "bun:test";
import { appendMember, appendOwner, isMember, parsePerson } from "../../src/projects/mod.ts";
import { parseOrganization } from "../../src/projects/organization.ts";

const AT = "2026-01-02T03:04:05.000Z";
const ANN = { provider: "github", username: "ann", id: "7" };
const BOB = parsePerson("local:bob");

const founded = appendOwner(Buffer.alloc(0), ANN, AT);

test("the first owner stays, whatever is appended", () => {
  const data = appendOwner(founded, parsePerson("local:eve"), AT);
  expect(parseOrganization(data)).toEqual({ owner: ANN, members: [] });
});

test("members come and go", () => {
  const added = appendMember(founded, { kind: "member", member: BOB, by: ANN, at: AT });
  expect(isMember(parseOrganization(added)!, BOB)).toBe(true);
  const removed = appendMember(added, { kind: "remove", member: BOB, by: ANN, at: AT });
  expect(isMember(parseOrganization(removed)!, BOB)).toBe(false);
});

test("an owner is known by the provider's number: a name taken over by another opens nothing", () => {
  const organization = parseOrganization(founded)!;
  expect(isMember(organization, ANN)).toBe(true);
  expect(isMember(organization, { ...ANN, username: "ann-renamed" })).toBe(true);
  expect(isMember(organization, { ...ANN, id: "8" })).toBe(false);
  expect(isMember(organization, { ...ANN, provider: "gitlab" })).toBe(false);
  expect(isMember(organization, parsePerson("local:ann"))).toBe(false);
});

test("a file without an owner is no organization", () => {
  expect(parseOrganization(Buffer.from("{}\n"))).toBeUndefined();
});
