/** A registry in a directory, for tests of what is published into it, without a process of its own. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createObjectBatch, encodeCommit, listRefs, readRef, writeRef } from "../../src/git/mod.ts";
import { openSnapshot, writeIndexTree } from "../../src/index/mod.ts";
import { initRegistry, openRegistry, type Registry } from "../../src/registry/mod.ts";
import { sourceRef } from "../../src/sources/mod.ts";
import { writeFiles } from "./module.ts";
import { tempDirectory } from "./temp.ts";

/** @param toml added to `registry.toml` */
export async function newRegistry(toml = ""): Promise<Registry> {
  const dir = tempDirectory("registry");
  const { file } = await initRegistry(dir, { name: "test" });
  if (toml !== "") {
    writeFiles(dir, {
      "registry.toml": `[registry]
name = "test"
${toml}
`,
    });
  }
  return openRegistry(file);
}

export const SOURCE = '[[sources]]\nname = "up"\nurl = "http://127.0.0.1:1"\n';

/**
 * Gives a source an index, as if it had been fetched.
 *
 * @param fields more of each line
 */
export async function fetched(
  { paths, objects }: Registry,
  source: string,
  modules: Readonly<Record<string, readonly string[]>>,
  checksumOf: (module: string, version: string) => string = () => "0".repeat(64),
  fields: object = {},
): Promise<void> {
  const batch = createObjectBatch(paths.index, objects.has);
  const files = Object.entries(modules).map(([name, versions]): [string, string] => {
    const lines = versions.map((version) => {
      return `${JSON.stringify({ name, version, checksum: checksumOf(name, version), ...fields })}\n`;
    });
    return [name, batch.add("blob", Buffer.from(lines.join("")))];
  });
  const tree = writeIndexTree(batch, new Map(files));
  const commit = encodeCommit({ tree, parents: [], time: 1, message: "x\n" }, "a <a@b>");
  const oid = batch.add("commit", commit);
  await batch.write();
  await writeRef(paths.index, sourceRef(source), oid);
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly details: {
    readonly problems: readonly { readonly message: string }[];
    readonly published: string;
    readonly given: string;
  };
}

/** What something is refused with. */
export function refusalOf(attempt: Promise<unknown>): Promise<Refusal> {
  return attempt.then(
    () => {
      throw new Error("it was not refused");
    },
    (error) => error as Refusal,
  );
}

/** Every ref with its commit. */
export const refsOf = ({ paths }: Registry) => Object.fromEntries(listRefs(paths.index, "refs/"));

/** The lines of a module on a branch, as text. */
export function linesOn({ paths, objects }: Registry, ref: string, module: string): string[] {
  const tip = readRef(paths.index, ref);
  if (tip === undefined) return [];
  const lines = openSnapshot(objects, tip).module(module)?.lines ?? [];
  return lines.map(({ bytes }) => bytes.toString());
}

/** Names of files that lie in the store's temporary directory. */
export function temporaries({ paths }: Registry): string[] {
  try {
    return readdirSync(join(paths.packages, "tmp"));
  } catch {
    return [];
  }
}
