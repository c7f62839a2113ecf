/**
 * Paths below `/v1/project/`. They are taken apart here rather than by the router, as a specifier may
 * hold nearly anything, and a module's name any number of slashes.
 *
 *     mql5/acme/core                          a project
 *     mql5/acme/core/%5E1.0.0/resolve         ^1.0.0 of it
 *     mql5/acme/core/1.0.0/yank
 *     moonbit/moonbitlang/lex/runtime/1.x/resolve
 */
import { percentDecoded } from "../../percent.ts";
import type { ProjectName } from "../../projects/mod.ts";
import { MOONBIT } from "../../registry/mod.ts";

export type ProjectPath =
  | { readonly kind: "project"; readonly name: ProjectName }
  | { readonly kind: "resolve" | "yank"; readonly name: ProjectName; readonly version: string }
  | { readonly kind: "module"; readonly module: string; readonly version: string };

/** @returns undefined for what is no such path */
export function parseProjectPath(pathname: string): ProjectPath | undefined {
  const decoded = pathname.slice("/v1/project/".length).split("/").map(percentDecoded);
  const words = decoded.filter((word) => word !== undefined && word !== "");
  if (words.length < decoded.length) return undefined;
  const [target = "", organization = "", name = "", version = "", verb] = words;
  if (target === MOONBIT) {
    if (words.length < 5 || words.at(-1) !== "resolve") return undefined;
    return { kind: "module", module: words.slice(1, -2).join("/"), version: words.at(-2)! };
  }
  const project = { target, organization, name };
  if (words.length === 3) return { kind: "project", name: project };
  if (words.length !== 5 || (verb !== "resolve" && verb !== "yank")) return undefined;
  return { kind: verb, name: project, version };
}
