/**
 * Checks which file of `src/` may import which. Imports point down this table, and never sideways:
 *
 *     main
 *     cli       server
 *     web                      (for the server only)
 *     registry
 *     index     projects   archives   sources   accounts   packaging   resolve   bundles   distribution
 *     git       download   config
 *     files
 *
 * Between folders only a folder's `mod.ts` is imported; `errors.ts` and what else stands in `FOR_ALL` is for all.
 */
import { posix } from "node:path";

/** Source texts by path below the project, such as `src/git/mod.ts`. */
export type SourceFiles = ReadonlyMap<string, string>;

const LAYERS: readonly (readonly string[])[] = [
  ["main.ts"],
  ["cli", "server"],
  ["web"],
  ["registry"],
  ["index", "projects", "archives", "sources", "accounts", "packaging", "bundles", "distribution"],
  ["git", "download", "config", "resolve"],
  ["files"],
];

const FOR_ALL: ReadonlySet<string> = new Set([
  "src/breath.ts",
  "src/errors.ts",
  "src/etag.ts",
  "src/kept.ts",
  "src/lru.ts",
  "src/percent.ts",
  "src/record.ts",
  "src/request-body.ts",
  "src/shell-word.ts",
  "src/units.ts",
  "src/version.ts",
]);

/** The one way sideways: the command that starts the server, and what shows its requests. */
const SERVES: ReadonlySet<string> = new Set([
  "src/cli/commands/serve.ts",
  "src/cli/render/access.ts",
]);

/** The one command that runs a program of the user's. */
const RUNS_PROGRAMS = "src/cli/run-moon.ts";

interface Import {
  /** As written. */
  readonly specifier: string;
  /** The file, when it is one of the project's. */
  readonly target: string | undefined;
}

/** Everything that is wrong, as `FILE: what`. */
export function violations(files: SourceFiles): string[] {
  const imports = new Map([...files].map(([file, text]) => [file, importsOf(file, text)]));
  const found: string[] = [];
  for (const [file, text] of files) {
    for (const each of imports.get(file)!) {
      const problem = importProblem(file, each);
      if (problem) found.push(`${file}: ${problem}`);
    }
    found.push(...textProblems(file, text).map((problem) => `${file}: ${problem}`));
  }
  return [...found, ...cycles(imports)];
}

/**
 * Names that a folder's door offers and nobody outside the folder asks for, as `FILE: what`.
 *
 * @param others files that are no part of the program, and use it
 */
export function idleNames(files: SourceFiles, others: SourceFiles): string[] {
  const asked = new Map<string, { folder: string; names: Set<string> }[]>();
  for (const [file, text] of [...files, ...others]) {
    for (const [door, names] of namesAsked(file, text)) {
      asked.set(door, [...(asked.get(door) ?? []), { folder: posix.dirname(file), names }]);
    }
  }
  const doors = [...files].filter(([file]) => DOOR.test(file));
  return doors.flatMap(([door, text]) => {
    const inside = posix.dirname(door);
    const users = (asked.get(door) ?? []).filter(
      ({ folder }) => !`${folder}/`.startsWith(`${inside}/`),
    );
    const idle = namesOffered(text).filter((name) => !users.some(({ names }) => names.has(name)));
    return idle.map((name) => `${door}: nobody outside asks for ${name}`);
  });
}

const DOOR = /^src\/[^/]+\/mod\.ts$/;

/** What a door exports: from its folder's files, and of its own. */
function namesOffered(text: string): string[] {
  const lists = [...text.matchAll(/^export(?:\s+type)?\s*\{([^}]*)\}/gm)];
  const own = text.matchAll(/^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm);
  return [
    ...lists.flatMap(([, list]) => listedNames(list!).map(({ as }) => as)),
    ...[...own].map(([, name]) => name!),
  ];
}

/** What a file asks each door for. Where it asks for all, whatever it speaks of. */
function namesAsked(file: string, text: string): [door: string, names: Set<string>][] {
  const lists = /^(?:import|export)(?:\s+type)?\s*\{([^}]*)\}\s*from\s*["']([^"']+)["']/gm;
  const whole = /\bimport\(\s*["']([^"']+)["']|\*(?: as \w+)? from\s*["']([^"']+)["']/g;
  const words = new Set(text.match(/\w+/g));
  const target = (specifier: string) => posix.join(posix.dirname(file), specifier);
  return [
    ...[...text.matchAll(lists)].map(([, list, specifier]): [string, Set<string>] => [
      target(specifier!),
      new Set(listedNames(list!).map(({ name }) => name)),
    ]),
    ...[...text.matchAll(whole)].map(([, late, all]): [string, Set<string>] => [
      target((late ?? all)!),
      words,
    ]),
  ];
}

/** @example listedNames("a, type B as C") → [{ name: "a", as: "a" }, { name: "B", as: "C" }] */
function listedNames(list: string): { name: string; as: string }[] {
  const found = [...list.matchAll(/(?:\btype\s+)?(\w+)(?:\s+as\s+(\w+))?\s*(?:,|$)/g)];
  return found.map(([, name, as]) => ({ name: name!, as: as ?? name! }));
}

/** Static, type-only, re-exporting and dynamic imports. Formatted sources have them at a line's start. */
function importsOf(file: string, text: string): Import[] {
  const statics = /^(?:import|export(?:\s+type)?\s*[*{])(?:[^;'"]*?\bfrom)?\s*["']([^"']+)["']/gm;
  const dynamics = /\bimport\(\s*["']([^"']+)["']/g;
  const found = [...text.matchAll(statics), ...text.matchAll(dynamics)];
  return found.map((match) => {
    const specifier = match[1]!;
    const target = specifier.startsWith(".")
      ? posix.join(posix.dirname(file), specifier)
      : undefined;
    return { specifier, target };
  });
}

function importProblem(file: string, { specifier, target }: Import): string | undefined {
  if (target === undefined || !target.startsWith("src/")) return undefined;
  if (!/\.[a-z]+$/.test(specifier)) return `${specifier} has no extension`;
  const from = folderOf(file);
  const to = folderOf(target);
  if (file.startsWith("src/git/protocol/") && !target.startsWith("src/git/protocol/")) {
    return target === "src/errors.ts" ? undefined : `the protocol imports ${target}`;
  }
  if (FOR_ALL.has(target) || from === to) return undefined;
  if (FOR_ALL.has(file)) return `what all import imports ${target}`;
  if (target !== `src/${to}/mod.ts`) return `${target} is not the door of ${to}`;
  return directionProblem(file, from, to);
}

function directionProblem(file: string, from: string, to: string): string | undefined {
  const [above, below] = [layerOf(from), layerOf(to)];
  if (above < 0 || below < 0) return `${above < 0 ? from : to} is in no layer`;
  if (from === "cli" && to === "server" && SERVES.has(file)) return undefined;
  if (to === "web" && from !== "server") return `${from} imports web`;
  if (above === below) return `${from} imports its neighbour ${to}`;
  return above < below ? undefined : `${from} imports ${to}, which is above it`;
}

/** The folder below `src/`, or the file's own name when it stands there itself. */
function folderOf(file: string): string {
  return file.split("/")[1]!;
}

function layerOf(folder: string): number {
  return LAYERS.findIndex((layer) => layer.includes(folder));
}

function textProblems(file: string, text: string): string[] {
  // Without comments and types; what runs at the build is not run by looking at it.
  const still = text.replaceAll(/ with \{ type: "macro" \}/g, "");
  const code = new Bun.Transpiler({ loader: "ts" }).transformSync(still);
  const problems: string[] = [];
  if (!file.startsWith("src/cli/") && /\bconsole\s*\./.test(code)) problems.push("prints");
  if (
    file !== RUNS_PROGRAMS &&
    /\bchild_process\b|\bBun\s*\.\s*(?:spawn|spawnSync|\$)/.test(code)
  ) {
    problems.push("runs a program");
  }
  return problems;
}

/** One line for each file that can be reached from itself, with the way. */
function cycles(imports: ReadonlyMap<string, readonly Import[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file);
    if (at >= 0) {
      found.push(`${file}: cycle ${[...way.slice(at), file].join(" → ")}`);
      return;
    }
    if (done.has(file)) return;
    for (const { target } of imports.get(file) ?? []) {
      if (target !== undefined && imports.has(target)) visit(target, [...way, file]);
    }
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}
