/**
 * Which files of a module's directory belong to it, as `moon package` chooses:
 *
 *     include   when given, only what matches, whatever else would leave it out
 *     exclude, .gitignore files, names with a leading dot   are left out
 *     .git, .mooncakes, _build, and target beside a manifest   are never taken
 *
 * `include` and `exclude` are patterns as in .gitignore. Sources: the documentation of moonbitlang's
 * module configuration; the listings expected in `crates/moon/tests/test_cases/test_include_00*.in`
 * and `test_exclude_00*.in` of moonbitlang/moon.
 */
import ignore, { type Ignore } from "ignore";
import { MANIFEST_FILES } from "./manifest.ts";

export interface Rules {
  /** Whether a file is taken. */
  takes(path: string): boolean;
  /** Whether anything below a folder may be taken. */
  enters(folder: string, siblings: ReadonlySet<string>): boolean;
  /** Rules of a `.gitignore`, for what is below its folder; `""` is the module's own. */
  gitignore(folder: string, text: string): void;
}

const NEVER: ReadonlySet<string> = new Set([".git", ".mooncakes", "_build", "node_modules"]);
const BUILD_OUTPUT = "target";

/** @param above the texts of `.gitignore` files above the module, with the way from there to it */
export function createRules(
  include: readonly string[] | undefined,
  exclude: readonly string[],
  above: readonly { text: string; way: string }[],
): Rules {
  // As Git on Linux: the same archive on every system.
  const matcher = (patterns: string | readonly string[]): Ignore =>
    ignore({ ignorecase: false }).add(patterns);
  // An empty list is none: it would leave nothing.
  const included = include?.length ? matcher(include) : undefined;
  const excluded = matcher(exclude);
  const outer = above.map(({ text, way }) => ({ rules: matcher(text), way }));
  const inner = new Map<string, Ignore>();

  /** The deepest rule that says anything decides, as in Git. */
  const isGitignored = (path: string): boolean => {
    const parts = path.split("/");
    for (let depth = parts.length - 1; depth >= 0; depth--) {
      const rules = inner.get(parts.slice(0, depth).join("/"));
      const said = rules?.test(parts.slice(depth).join("/"));
      if (said?.ignored) return true;
      if (said?.unignored) return false;
    }
    for (const { rules, way } of outer) {
      const said = rules.test(`${way}/${path}`);
      if (said.ignored || said.unignored) return said.ignored;
    }
    return false;
  };
  const isLeftOut = (path: string): boolean =>
    path.split("/").some((part) => part.startsWith(".")) ||
    excluded.ignores(path) ||
    isGitignored(path);

  return {
    takes: (path) => included?.ignores(path) ?? !isLeftOut(path),
    enters(folder, siblings) {
      const name = folder.slice(folder.lastIndexOf("/") + 1);
      if (NEVER.has(name)) return false;
      // Elsewhere it may be a package of that name.
      if (name === BUILD_OUTPUT && MANIFEST_FILES.some((file) => siblings.has(file))) return false;
      return included !== undefined || !isLeftOut(`${folder}/`);
    },
    gitignore: (folder, text) => void inner.set(folder, matcher(text)),
  };
}
