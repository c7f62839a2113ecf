/** Answers as KnitPkg's client reads them: errors are `{"detail"}`, with the status that fits. */
import { Failure } from "../../errors.ts";
import { reusableJson } from "../conditional.ts";
import { forClient, responseFor } from "../errors.ts";

/** What the client is told of something thrown. */
export function detailFor(error: unknown): Response {
  const { status, headers } = responseFor(error);
  // They are another body's.
  for (const name of ["content-type", "content-length"]) headers.delete(name);
  return Response.json({ detail: detailOf(error) }, { status, headers });
}

/** In one line: the client shows no other. */
export function detailOf(thrown: unknown): string {
  const error = forClient(thrown);
  if (!(error instanceof Failure)) return "the server made a mistake; its log says more";
  return error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
}

/** No cache of others may keep an answer: it may be for this visitor alone. */
const NO_STORE = { "cache-control": "no-store" };

export function json(value: unknown, status = 200): Response {
  return Response.json(value, { status, headers: NO_STORE });
}

/** What all who send no credentials are answered until the projects, the index or the settings change. */
export function lastingJson(value: unknown): Response {
  return reusableJson(value, NO_STORE);
}
