/** Run while the executable is built: reads the user's guide, so that a new page needs no line of code. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Markdown by its path in the project, the README first. */
export function readGuides(): [path: string, text: string][] {
  const root = join(import.meta.dir, "..", "..");
  const docs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
  const paths = ["README.md", ...docs.sort().map((name) => `docs/${name}`)];
  return paths.map((path) => [path, readFileSync(join(root, path), "utf8")]);
}
