/**
 * Minimal version selection, as `moon` does it: each requirement names a least version and is met by
 * the lowest there is from there on; of all that are asked for of one module, the highest is taken.
 * Versions below 2 count as compatible with each other, above it those of one major version: of a
 * module there can be one version for each such set.
 *
 * Source: Russ Cox, "Minimal Version Selection"; moon's `mooncake::resolver::mvs`.
 */
import { compareBuild, parse, type SemVer } from "semver";

export interface Requirement {
  readonly module: string;
  /** The least version that will do. */
  readonly version: string;
  /** A program that its module is built with: of the root's only. */
  readonly binary?: true;
}

export interface Release {
  readonly version: string;
  readonly dependencies: readonly Requirement[];
}

/** All versions of a module, in any order; undefined when there is no such module. */
export type FindReleases<R extends Release> = (module: string) => readonly R[] | undefined;

export interface Selected<R extends Release> {
  readonly module: string;
  readonly release: R;
  /** By name. */
  readonly dependencies: readonly Edge[];
}

export interface Edge {
  readonly module: string;
  /** The least version that was asked for. */
  readonly requires: string;
  /** The version that was taken; undefined when there is none. */
  readonly version: string | undefined;
  readonly binary?: true;
}

export interface Unmet {
  readonly module: string;
  readonly version: string;
  /** `module@version`. */
  readonly neededBy: string;
  readonly reason: "no-module" | "no-version" | "not-a-version";
}

export interface Selection<R extends Release> {
  /** The root first, then by name and version. */
  readonly modules: readonly Selected<R>[];
  readonly unmet: readonly Unmet[];
}

interface Node<R> {
  readonly module: string;
  readonly version: SemVer;
  readonly release: R;
}

/** Selects a version of everything that a module needs, itself being given. */
export function selectVersions<R extends Release>(
  root: { readonly module: string; readonly release: R },
  find: FindReleases<R>,
): Selection<R> {
  const versions = createLookup(find);
  const start: Node<R> = { ...root, version: parse(root.release.version)! };
  const { gathered, unmet } = gather(start, versions);
  const settled = new Map([...gathered].map(([module, nodes]) => [module, settle(nodes)]));
  return { modules: connect(start, settled), unmet };
}

/** A module's versions that clients can read, the lowest first. */
function createLookup<R extends Release>(find: FindReleases<R>) {
  const known = new Map<string, readonly Node<R>[] | undefined>();
  return (module: string): readonly Node<R>[] | undefined => {
    if (known.has(module)) return known.get(module);
    const nodes = find(module)?.flatMap((release) => {
      const version = parse(release.version);
      return version && isReadable(release) ? [{ module, version, release }] : [];
    });
    nodes?.sort((a, b) => compareBuild(a.version, b.version));
    known.set(module, nodes);
    return nodes;
  };
}

/** Clients pass over a version of which a dependency's version is none, such as `^1.0.0`. */
function isReadable({ dependencies }: Release): boolean {
  return dependencies.every((wish) => wish.binary || parse(wish.version) !== null);
}

/** Every version that anything on the way asks for, also on behalf of what is not taken in the end. */
function gather<R extends Release>(
  start: Node<R>,
  versions: (module: string) => readonly Node<R>[] | undefined,
): { gathered: ReadonlyMap<string, ReadonlySet<Node<R>>>; unmet: Unmet[] } {
  const gathered = new Map<string, Set<Node<R>>>();
  const unmet: Unmet[] = [];
  const visited = new Set<Node<R>>([start]);
  const queue = [start];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (const wish of wishesOf(node, start)) {
      if (wish.module === start.module) continue;
      const found = meet(wish, versions(wish.module));
      if (typeof found === "string") {
        const { module, version } = wish;
        unmet.push({ module, version, neededBy: label(node), reason: found });
        continue;
      }
      const nodes = gathered.get(wish.module) ?? new Set();
      gathered.set(wish.module, nodes.add(found));
      if (visited.has(found)) continue;
      visited.add(found);
      queue.push(found);
    }
  }
  return { gathered, unmet };
}

const label = ({ module, release }: Node<Release>) => `${module}@${release.version}`;

function wishesOf<R extends Release>(node: Node<R>, start: Node<R>): readonly Requirement[] {
  const { dependencies } = node.release;
  return node === start ? dependencies : dependencies.filter(({ binary }) => !binary);
}

function meet<R extends Release>(
  wish: Requirement,
  nodes: readonly Node<R>[] | undefined,
): Node<R> | Unmet["reason"] {
  const least = parse(wish.version);
  if (!least) return "not-a-version";
  if (!nodes) return "no-module";
  return nodes.find(({ version }) => meets(least, version)) ?? "no-version";
}

/**
 * The version that clients take for a minimum: itself, or the lowest compatible one from there on.
 *
 * @returns undefined when there is none, or the minimum is no version
 */
export function leastMeeting(wish: string, versions: readonly string[]): string | undefined {
  const least = parse(wish);
  if (!least) return undefined;
  const nodes = versions.flatMap((version) => parse(version) ?? []);
  const found = nodes.sort(compareBuild).find((version) => meets(least, version));
  return found?.raw;
}

function meets(least: SemVer, version: SemVer): boolean {
  return compareBuild(version, least) >= 0 && isCompatible(least, version);
}

function isCompatible(a: SemVer, b: SemVer): boolean {
  return a.major === b.major || (a.major < 2 && b.major < 2);
}

/** The highest of each set of compatible versions, the lowest first. */
function settle<R extends Release>(nodes: ReadonlySet<Node<R>>): Node<R>[] {
  const sorted = [...nodes].sort((a, b) => compareBuild(a.version, b.version));
  return sorted.filter((node, at) => {
    const next = sorted[at + 1];
    return !next || !isCompatible(node.version, next.version);
  });
}

/** What is left is what can be reached from the root by the versions that were taken. */
function connect<R extends Release>(
  start: Node<R>,
  settled: ReadonlyMap<string, readonly Node<R>[]>,
): Selected<R>[] {
  const selected = new Map<Node<R>, Selected<R>>();
  const queue = [start];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (selected.has(node)) continue;
    const edges: Edge[] = [];
    for (const wish of wishesOf(node, start)) {
      const taken = wish.module === start.module ? start : take(wish, settled.get(wish.module));
      edges.push({
        module: wish.module,
        requires: wish.version,
        version: taken?.release.version,
        ...(wish.binary && { binary: true as const }),
      });
      if (taken) queue.push(taken);
    }
    const dependencies = edges.sort((a, b) => (a.module < b.module ? -1 : 1));
    selected.set(node, { module: node.module, release: node.release, dependencies });
  }
  const [root, ...others] = [...selected];
  others.sort(([a], [b]) => order(a, b));
  return [root!, ...others].map(([, each]) => each);
}

function take<R extends Release>(
  wish: Requirement,
  nodes: readonly Node<R>[] = [],
): Node<R> | undefined {
  const least = parse(wish.version);
  return least ? nodes.find(({ version }) => meets(least, version)) : undefined;
}

function order(a: Node<Release>, b: Node<Release>): number {
  if (a.module !== b.module) return a.module < b.module ? -1 : 1;
  return compareBuild(a.version, b.version);
}
