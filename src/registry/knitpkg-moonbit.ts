/** MoonBit's modules, found by KnitPkg's rules: one resolver for both worlds. */
import { Failure } from "../errors.ts";
import type { Entry, IndexLine, Snapshot } from "../index/mod.ts";
import { type ProjectName, releaseId } from "../projects/mod.ts";
import { parseSpecifier, selectVersion } from "../resolve/mod.ts";
import { versionsHint } from "./knitpkg-read.ts";

/** The target that stands for MoonBit's modules. */
export const MOONBIT = "moonbit";

export interface ResolvedModule {
  readonly entry: Entry;
  readonly isYanked: boolean;
  /** As the module says, if it does. */
  readonly repository: string | null;
  /** The commit that the version was made of, when its publisher told. */
  readonly commit: string | null;
  readonly moduleId: number;
  readonly versionId: number;
}

/** @throws {Failure} "invalid" for what is no specifier; "not-found" */
export function resolveModule(
  snapshot: Snapshot | undefined,
  module: string,
  specifier: string,
): ResolvedModule {
  const wanted = parseSpecifier(specifier);
  const file = snapshot?.module(module);
  if (!file) {
    throw new Failure("not-found", `there is no module ${module}`, "check its owner and name");
  }
  const candidates = file.lines.map((line) => ({
    line,
    version: line.entry.version,
    yanked: line.entry.yanked !== undefined,
  }));
  const found = selectVersion(wanted, candidates);
  if (!found) {
    const message = `no version of ${module} matches ${specifier}`;
    throw new Failure("not-found", message, versionsHint(candidates));
  }
  const name = nameOf(module);
  return {
    entry: found.line.entry,
    isYanked: found.yanked,
    ...origin(found.line),
    moduleId: releaseId(name, ""),
    versionId: releaseId(name, found.version),
  };
}

function nameOf(module: string): ProjectName {
  const slash = module.indexOf("/");
  return {
    target: MOONBIT,
    organization: module.slice(0, slash),
    name: module.slice(slash + 1),
  };
}

/** Where the source is, as the entry's own line has it. The line was read once: it is JSON. */
function origin({ bytes }: IndexLine): { repository: string | null; commit: string | null } {
  const { repository, commit } = JSON.parse(bytes.toString("utf8")) as Record<string, unknown>;
  return {
    repository: typeof repository === "string" ? repository : null,
    commit: typeof commit === "string" && /^[0-9a-f]{40,64}$/.test(commit) ? commit : null,
  };
}
