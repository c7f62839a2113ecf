/** Requests that no route takes: nothing is there, or what is there is asked for otherwise (RFC 9110, 15.5.6). */
import type { AnyElysia } from "elysia";
import { Failure } from "../errors.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** The methods that a path has, by the router's own table; none: nothing is there. */
export function methodsAt({ router }: AnyElysia, path: string): string[] {
  // The router finds a path with and without a slash at its end.
  const other = path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
  const found = METHODS.filter(
    (method) =>
      [path, other].some((each) => router.static[each]?.[method] !== undefined) ||
      router.http.find(method, path) !== null,
  );
  return found.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
}

/** @param methods that the path has */
export function noRoute(method: string, path: string, methods: readonly string[]): Failure {
  if (methods.length === 0) {
    return new Failure("not-found", `nothing is at ${path}`, "GET / tells what is here");
  }
  const message = `${path} takes no ${method}`;
  return new Failure("method-not-allowed", message, `it takes ${methods.join(", ")}`);
}
