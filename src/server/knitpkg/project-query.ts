/** The query string of a search for projects, checked. */
import { Failure } from "../../errors.ts";
import { type ProjectQuery, SORT_FIELDS, wordsQuery } from "../../registry/mod.ts";
import { numberOf } from "../query.ts";

const MAX_PAGE = 1_000_000;
const MAX_PAGE_SIZE = 100;

/** @throws {Failure} "invalid", its message beginning with the parameter's name */
export function readProjectQuery(params: URLSearchParams): ProjectQuery {
  const query = wordsQuery(params.get("q") ?? "");
  const wanted = params.get("sort_by") || query.sortBy;
  const sortBy = SORT_FIELDS.find((each) => each === wanted);
  if (sortBy === undefined) {
    throw new Failure("invalid", `sort_by: must be one of ${SORT_FIELDS.join(", ")}`);
  }
  const order = params.get("sort_order") || (sortBy === "relevance" ? "desc" : "asc");
  if (order !== "asc" && order !== "desc") {
    throw new Failure("invalid", "sort_order: must be asc or desc");
  }
  const filter = (name: string) => params.get(name)?.trim().toLowerCase() || undefined;
  const number = (name: string, most: number): number | undefined => {
    const value = numberOf(params, name, 1, most);
    if (!Number.isNaN(value)) return value;
    throw new Failure("invalid", `${name}: must be a number from 1 to ${most}`);
  };
  return {
    q: query.q,
    type: filter("type"),
    org: filter("org"),
    author: filter("author"),
    license: filter("license"),
    page: number("page", MAX_PAGE) ?? query.page,
    pageSize: number("page_size", MAX_PAGE_SIZE) ?? query.pageSize,
    sortBy,
    descending: order === "desc",
  };
}
