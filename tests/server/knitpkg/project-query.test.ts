import { expect, test } from "bun:test";
import { readProjectQuery } from "../../../src/server/knitpkg/project-query.ts";

const read = (query: string) => readProjectQuery(new URLSearchParams(query));

test("what is not said is the first page, by relevance where there are words and else by name", () => {
  const first = { page: 1, pageSize: 20 };
  expect(read("")).toMatchObject({ q: "", ...first, sortBy: "name", descending: false });
  expect(read("q=+a+b+")).toMatchObject({
    q: "a b",
    ...first,
    sortBy: "relevance",
    descending: true,
  });
  expect(read("q=a&sort_by=name")).toMatchObject({ sortBy: "name", descending: false });
  expect(read("q=a&sort_by=&page=&sort_order=")).toMatchObject(read("q=a"));
});

test("filters are in small letters, and an empty one is none", () => {
  expect(read("author=+Bob+&license=MIT&org=&type=+")).toMatchObject({
    author: "bob",
    license: "mit",
    org: undefined,
    type: undefined,
  });
});

test.each([
  ["page=0", "page: must be a number from 1 to 1000000"],
  ["page=1.5", "page: must be a number"],
  ["page_size=101", "page_size: must be a number from 1 to 100"],
  ["sort_by=constructor", "sort_by: must be one of relevance, name"],
  ["sort_order=up", "sort_order: must be asc or desc"],
])("%s is refused with its name", (query, message) => {
  expect(() => read(query)).toThrow(
    expect.objectContaining({ code: "invalid", message: expect.stringContaining(message) }),
  );
});
