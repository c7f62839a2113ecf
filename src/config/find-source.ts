/** A source by its name, for whoever names one. */
import { Failure } from "../errors.ts";
import { nearest } from "./nearest.ts";

/**
 * @param sources as they are read, or as they stand in the file
 * @throws {Failure} "not-found", with the names there are
 */
export function requireSource<S extends { readonly name?: unknown }>(
  { sources }: { readonly sources: readonly S[] },
  name: string,
): S {
  const found = sources.find((source) => source.name === name);
  if (found) return found;
  const names = sources.map((source) => String(source.name));
  const near = nearest(name, names);
  const hint =
    near !== undefined
      ? `did you mean ${near}?`
      : names.length > 0
        ? `the sources are: ${names.join(", ")}`
        : "add one: source add mooncakes --from-preset mooncakes";
  throw new Failure("not-found", `there is no source ${name}`, hint);
}
