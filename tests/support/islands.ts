/** Registries in this process, over an upstream whose modules a test lists as it likes. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Event,
  exportBundle,
  importBundle,
  openRegistry,
  type Registry,
} from "../../src/registry/mod.ts";
import { type PlainHost, servePlainFiles } from "./plain-files.ts";
import { newRegistry } from "./published.ts";
import { tempDirectory } from "./temp.ts";
import type { SampleEntry } from "./upstream/mod.ts";

/** What a mirror of all is asked for with. */
export const everything = { patterns: ["**"] };

export interface Listed {
  /** Of its archive, whose bytes mean nothing. Default: its name and version. */
  readonly content?: string;
  /** More fields of its line. */
  readonly fields?: object;
}

export interface SmallUpstream extends Disposable {
  readonly host: PlainHost;
  /** Lists a version, or lists it otherwise. @returns its archive's hash */
  list(module: string, version: string, listed?: Listed): string;
  /** Lists a version, or a whole module, no more. */
  drop(module: string, version?: string): void;
}

export function startSmallUpstream(): SmallUpstream {
  const contents = new Map<string, string>();
  const archive = (module: string, version: string) => {
    const content = contents.get(`${module}@${version}`);
    return content === undefined ? undefined : Buffer.from(content);
  };
  const host = servePlainFiles({ entries: [], archive, listing: true });
  const drop = (module: string, version?: string) => {
    const isLeaving = (each: SampleEntry) =>
      each.module === module && (version === undefined || each.version === version);
    host.entries = host.entries.filter((each) => !isLeaving(each));
  };
  return {
    host,
    drop,
    list(module, version, { content = `${module}@${version}`, fields = {} } = {}) {
      drop(module, version);
      contents.set(`${module}@${version}`, content);
      const checksum = Bun.SHA256.hash(content, "hex");
      const line = JSON.stringify({ name: module, version, ...fields, checksum });
      host.entries = [...host.entries, { module, version, checksum, line }];
      return checksum;
    },
    [Symbol.dispose]: () => host[Symbol.dispose](),
  };
}

/** A source in `registry.toml`. */
const sourceOf = (name: string, { host }: SmallUpstream): string =>
  `[[sources]]\nname = "${name}"\nurl = "${host.url}"\nindex_type = "http"\nindex_url = "${host.url}/files"\n`;

/** A registry with these sources, by name. */
export async function islandOf(sources: Readonly<Record<string, SmallUpstream>> = {}) {
  const each = Object.entries(sources).map(([name, upstream]) => sourceOf(name, upstream));
  return await newRegistry(each.join(""));
}

/** The same with other settings: as whoever comes next finds it. */
export function changed(registry: Registry, change: (toml: string) => string): Registry {
  const { file } = registry.config;
  writeFileSync(file, change(readFileSync(file, "utf8")));
  return openRegistry(file);
}

export const silent = (): void => {};

/** Collects what an operation warns of. */
export function warnings(): { said: string[]; report: (event: Event) => void } {
  const said: string[] = [];
  const report = (event: Event) => void (event.type === "warning" && said.push(event.message));
  return { said, report };
}

export interface Carried {
  readonly path: string;
  readonly id: string;
  readonly number: number;
}

/** Exports to a new file. */
export async function carry(registry: Registry, since?: string): Promise<Carried> {
  const path = join(tempDirectory("bundle"), "a.bundle");
  const options = { to: path, ...(since !== undefined && { since }) };
  const { id, number } = await exportBundle(registry, options, silent);
  return { path, id, number };
}

export const take = (
  registry: Registry,
  { path }: Carried,
  options: { readonly anyway?: boolean } = {},
) => importBundle(registry, { from: path, ...options }, silent);

/** Hashes of everything that is stored, in order. */
export async function storedIn({ archives }: Registry): Promise<string[]> {
  return [...(await archives.list())].sort();
}

/** Where an archive lies. */
export const archiveFile = ({ paths }: Registry, sha256: string): string =>
  join(paths.packages, "sha256", sha256.slice(0, 2), `${sha256}.zip`);

/** Forgets which bundles were made or taken in, as a registry that was put back from a backup does. */
export function forgetBundles({ paths }: Registry, ...keep: string[]): void {
  for (const file of readdirSync(paths.bundles)) {
    if (!keep.includes(file)) rmSync(join(paths.bundles, file));
  }
}
