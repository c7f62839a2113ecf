/** A search's query string, checked. */
import { Failure } from "../errors.ts";
import { SEARCH_SORTS, type SearchQuery, type SearchSort } from "../registry/mod.ts";
import { readNumber } from "./query.ts";

/** Deeper pages are no search any more. */
const MAX_OFFSET = 1_000_000;

/** @throws {Failure} "usage" for a number or an order that is none */
export function readSearchQuery(params: URLSearchParams): SearchQuery {
  const filter = (name: "owner" | "keyword" | "license") => {
    const value = params.get(name)?.trim();
    return value ? { [name]: value } : {};
  };
  const limit = readNumber(params, "limit", Number.MAX_SAFE_INTEGER);
  const offset = readNumber(params, "offset", MAX_OFFSET);
  const sort = readSort(params.get("sort"));
  return {
    text: params.get("kw") ?? params.get("q") ?? "",
    ...filter("owner"),
    ...filter("keyword"),
    ...filter("license"),
    ...(limit !== undefined && { limit }),
    ...(offset !== undefined && { offset }),
    ...(sort !== undefined && { sort }),
  };
}

function readSort(text: string | null): SearchSort | undefined {
  if (text === null || text === "") return undefined;
  const sort = SEARCH_SORTS.find((each) => each === text);
  if (sort) return sort;
  const hint = `sort is one of: ${SEARCH_SORTS.join(", ")}`;
  throw new Failure("usage", `there is no order ${JSON.stringify(text)}`, hint);
}
