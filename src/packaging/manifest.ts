/**
 * A module's manifest: `moon.mod`, or the older `moon.mod.json`, which stands back when both are
 * there. Both are read to the same fields, named as in `moon.mod.json` and in the index.
 */

import { isRecord } from "../record.ts";
import { SyntaxProblem } from "./dsl-lexer.ts";
import { failureOf } from "./problem.ts";

/** The first one that is there counts. */
export const MANIFEST_FILES = ["moon.mod", "moon.mod.json"] as const;
export type ManifestFile = (typeof MANIFEST_FILES)[number];

/** More is no manifest. */
export const MAX_MANIFEST = 1024 * 1024;

export interface Manifest {
  readonly file: ManifestFile;
  /** In the manifest's order, of whatever type they are. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly lines: ReadonlyMap<string, number>;
}

/** @throws {Failure} "invalid", with file and line, when it cannot be read */
export async function parseManifest(file: ManifestFile, bytes: Uint8Array): Promise<Manifest> {
  try {
    const text = decode(bytes);
    const { values, lines } =
      file === "moon.mod"
        ? (await import("./manifest-dsl.ts")).parseDsl(text)
        : await (await import("./manifest-json.ts")).parseJsonManifest(text);
    return { file, fields: values, lines };
  } catch (error) {
    if (error instanceof SyntaxProblem) throw failureOf([error.in(file)]);
    throw error;
  }
}

function decode(bytes: Uint8Array): string {
  if (bytes.length > MAX_MANIFEST) {
    throw new SyntaxProblem(1, `is more than ${MAX_MANIFEST} bytes`, "move data into other files");
  }
  const text = utf8(bytes);
  if (!text.startsWith("\ufeff")) return text;
  const message = "begins with a byte order mark, which clients do not read";
  throw new SyntaxProblem(1, message, "save it as UTF-8 without one");
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SyntaxProblem(1, "is not UTF-8", "save it as UTF-8");
  }
}

/** What a module says that it needs. */
export interface ManifestDependency {
  readonly module: string;
  /** As written; undefined when it names none. */
  readonly version: string | undefined;
  /** What no registry has: a folder beside the module, or a Git repository. */
  readonly place: "path" | "git" | undefined;
  readonly field: "deps" | "bin-deps";
}

/** Of `deps` and `bin-deps`, in the manifest's order. What is of a wrong type is left out. */
export function manifestDependencies({ fields }: Manifest): ManifestDependency[] {
  return (["deps", "bin-deps"] as const).flatMap((field) => {
    const wishes = fields[field];
    if (!isRecord(wishes)) return [];
    return Object.entries(wishes).flatMap(([module, wish]): ManifestDependency[] => {
      if (typeof wish === "string") return [{ module, version: wish, place: undefined, field }];
      if (!isRecord(wish)) return [];
      const version = typeof wish.version === "string" ? wish.version : undefined;
      const place = "path" in wish ? "path" : "git" in wish ? "git" : undefined;
      return [{ module, version, place, field }];
    });
  });
}
