/**
 * What is not passed on of what the sources offer: versions that are blocked, and versions too young
 * to be trusted. A version that was listed once is never held back for its age again, and blocking is
 * the only way to take one back.
 */
import picomatch from "picomatch";
import type { Config } from "../../config/mod.ts";
import { Failure } from "../../errors.ts";
import type { CatalogModule, Entry } from "../../index/mod.ts";
import { PUBLISHED_ORIGIN } from "../paths.ts";

/** Why a version is not passed on. */
export type Hold =
  | { readonly reason: "blocked"; readonly pattern: string }
  /** Milliseconds since the epoch. */
  | { readonly reason: "young"; readonly until: number };

export interface HeldVersion {
  readonly module: string;
  readonly version: string;
  readonly hold: Hold;
}

export interface Policy {
  /** Nothing is ever held back. */
  readonly isOpen: boolean;
  /** Whether a version is blocked, whoever offers it. */
  blocked(module: string, version: string): Hold | undefined;
  /** Whether an entry is too young at this time, in milliseconds since the epoch. */
  young(entry: Entry, now: number): Hold | undefined;
}

/** What `[policy]` says, as questions about single versions. */
export function createPolicy({ minAge, allow, block }: Config["policy"]): Policy {
  const blocks = block.map((pattern) => ({ pattern, matches: matcher(pattern) }));
  const allows = allow.map(matcher);
  return {
    isOpen: block.length === 0 && minAge === 0,
    blocked(module, version) {
      const hit = blocks.find(({ matches }) => matches(module, version));
      return hit && { reason: "blocked", pattern: hit.pattern };
    },
    young({ module, version, createdAt }, now) {
      // Entries without a date are older than dates in the index.
      if (createdAt === undefined || createdAt + minAge <= now) return undefined;
      if (minAge === 0 || allows.some((matches) => matches(module, version))) return undefined;
      return { reason: "young", until: createdAt + minAge };
    },
  };
}

/**
 * `owner/*`, `owner/name`, `owner/name@1.2.3`, each part a glob. Here the star at the end reaches
 * deeper names too: who blocks an owner means `owner/name/part` as well.
 */
function matcher(pattern: string): (module: string, version: string) => boolean {
  const at = pattern.lastIndexOf("@");
  const name = at > 0 ? pattern.slice(0, at) : pattern;
  const isModule = picomatch(name.replace(/\/\*$/, "/**"), { dot: true });
  const isVersion = at > 0 ? picomatch(pattern.slice(at + 1), { dot: true }) : () => true;
  return (module, version) => isModule(module) && isVersion(version);
}

/** What a policy makes of a module. */
export interface Judged {
  /** Without what is held back; undefined when nothing is left. */
  readonly kept: CatalogModule | undefined;
  readonly held: readonly HeldVersion[];
}

/**
 * Takes out of a module what the policy holds back.
 *
 * @param now milliseconds since the epoch
 * @param wasListed whether clients were shown this entry before
 */
export function applyPolicy(
  module: CatalogModule,
  policy: Policy,
  now: number,
  wasListed: (entry: Entry) => boolean,
): Judged {
  const held: HeldVersion[] = [];
  const isHeld = (entry: Entry): boolean => {
    const { module: name, version } = entry;
    const young = () => {
      // Who publishes here is trusted to: age is for strangers.
      if (module.origin === PUBLISHED_ORIGIN) return undefined;
      const hold = policy.young(entry, now);
      return hold && !wasListed(entry) ? hold : undefined;
    };
    const hold = policy.blocked(name, version) ?? young();
    if (hold) held.push({ module: name, version, hold });
    return hold !== undefined;
  };
  const lines = module.lines.filter(({ entry }) => !isHeld(entry));
  if (held.length === 0) return { kept: module, held };
  return { kept: lines.length === 0 ? undefined : { ...module, lines, edited: true }, held };
}

/** How many versions are held back, by reason. */
export function countHeld(held: readonly HeldVersion[]): { blocked: number; young: number } {
  const blocked = held.filter(({ hold }) => hold.reason === "blocked").length;
  return { blocked, young: held.length - blocked };
}

/** What a client that asks for a held version is told. */
export function heldFailure(module: string, version: string, hold: Hold): Failure {
  const name = `${module}@${version}`;
  return hold.reason === "blocked"
    ? new Failure("forbidden", `${name} is blocked here, by policy.block ${quoted(hold.pattern)}`)
    : new Failure(
        "forbidden",
        `${name} is held back until ${new Date(hold.until).toISOString()}, by policy.min_age`,
        "an operator can let it through at once with policy.allow",
      );
}

const quoted = (text: string): string => JSON.stringify(text);
