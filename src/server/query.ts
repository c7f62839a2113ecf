/** Parameters of a query string, checked. */
import { Failure } from "../errors.ts";

/** @returns undefined when it is not given, NaN when it is no whole number within the bounds */
export function numberOf(
  params: URLSearchParams,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const text = params.get(name);
  if (text === null || text === "") return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : Number.NaN;
}

/** @throws {Failure} "usage" */
export function readNumber(
  params: URLSearchParams,
  name: string,
  most: number,
): number | undefined {
  const value = numberOf(params, name, 0, most);
  if (!Number.isNaN(value)) return value;
  const given = JSON.stringify(params.get(name));
  throw new Failure("usage", `${name} is no number from 0 to ${most}: ${given}`);
}

/**
 * Whether something is asked for: by the bare name, `true` or `1`. A word that is not understood is not
 * taken for no: who asks for a dry run, and is not understood, must not change anything.
 *
 * @throws {Failure} "usage"
 */
export function readFlag(params: URLSearchParams, name: string): boolean {
  const answers = params.getAll(name).map((text) => FLAGS.get(text.toLowerCase()));
  const [first = false] = answers;
  if (answers.every((each) => each === first)) return first;
  const given = params.getAll(name).map((text) => JSON.stringify(text));
  const hint = `${name}=true or ${name}=1 is yes; ${name}=false, ${name}=0 or without it is no`;
  throw new Failure("usage", `${name} is neither yes nor no: ${given.join(" and ")}`, hint);
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ["", true],
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);
