/** What a registry's directory holds, for comparing it with another or with itself. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { listRefs } from "../../src/git/mod.ts";
import { openRegistry, verify } from "../../src/registry/mod.ts";

/** Every ref by name. */
export const refsOf = (dir: string): Record<string, string> =>
  Object.fromEntries([...listRefs(join(dir, "data", "index"), "refs/")].sort());

/** Every stored archive; each is checked against its name. */
export function archivesOf(dir: string): string[] {
  return filesBelow(join(dir, "data", "packages", "sha256")).map((path) => {
    const hash = Bun.SHA256.hash(readFileSync(path), "hex");
    if (!path.endsWith(`/${hash.slice(0, 2)}/${hash}.zip`)) throw new Error(`${path} is ${hash}`);
    return hash;
  });
}

/** Every file below a registry's directory, with the hash of its bytes; the locks are always empty. */
export function hashDirectory(dir: string): Record<string, string> {
  return Object.fromEntries(
    filesBelow(dir)
      .filter((path) => !["lock", "fetching"].some((name) => path === join(dir, "data", name)))
      .map((path) => [relative(dir, path), Bun.SHA256.hash(readFileSync(path), "hex")]),
  );
}

/** In the order of their names. */
export function filesBelow(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(dir, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .sort();
}

/** What `verify` has to say against a registry. */
export async function problemsOf(dir: string): Promise<string[]> {
  const registry = openRegistry(join(dir, "registry.toml"));
  try {
    const { problems } = await verify(registry, {}, () => {});
    return problems.map(({ kind, subject, message }) => `${kind} ${subject}: ${message}`);
  } finally {
    registry.objects.close();
  }
}
