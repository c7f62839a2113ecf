/** Everything that speaks against a publication, at once. Knows an index only by what it is asked. */
import { leastMeeting } from "../resolve/mod.ts";
import { checkManifest } from "./check-manifest.ts";
import {
  MANIFEST_FILES,
  type Manifest,
  type ManifestDependency,
  manifestDependencies,
} from "./manifest.ts";
import { ownersLike, twinOf } from "./name.ts";
import { collisions, unportablePart, unsafePath } from "./path.ts";
import { LEAVE_OUT, type Problem, shown, WHOLE } from "./problem.ts";
import { ZIP_LIMITS } from "./zip.ts";

export interface Contents {
  readonly manifest: Manifest;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** What an index is asked. */
export interface KnownModules {
  /** @param mayOwn names of other owners need not be among them */
  names(mayOwn: (owner: string) => boolean): Iterable<string>;
  /** Undefined when there is no such module. */
  versions(module: string): readonly string[] | undefined;
}

export interface Verdict {
  /** Each forbids the publication. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** What can be said without an index. */
export function validateContents(contents: Contents): Verdict {
  const problems = [...checkManifest(contents.manifest), ...checkFiles(contents.files)];
  return { problems, warnings: recommend(contents) };
}

/** Whether the index has room for the name, and what the module needs. */
export function validateAgainst(manifest: Manifest, known: KnownModules): Problem[] {
  const problems: Problem[] = [];
  const { file, fields, lines } = manifest;
  const at = (key: string) => {
    const line = lines.get(key);
    return line === undefined ? { file } : { file, line };
  };
  const { name } = fields;
  const twin = typeof name === "string" ? twinOf(name, known.names(ownersLike(name))) : undefined;
  if (twin !== undefined) {
    const message = `name "${shown(String(fields.name))}" differs from ${shown(twin)} in case or form only`;
    problems.push({
      ...at("name"),
      message,
      fix: "spell the owner as there, and choose another name",
    });
  }
  for (const wish of manifestDependencies(manifest)) {
    const message = wish.place === undefined ? unmet(wish, known) : undefined;
    if (message) problems.push({ ...at(wish.field), message, fix: UNMET_FIX });
  }
  return problems;
}

const UNMET_FIX = "mirror or publish it here first, or name a version that is here";

function unmet(
  { module, version, field }: ManifestDependency,
  known: KnownModules,
): string | undefined {
  const versions = known.versions(module);
  const name = shown(module);
  if (versions === undefined) return `${field}: ${name} is in no source of this registry`;
  if (version === undefined || leastMeeting(version, versions) !== undefined) return undefined;
  const there =
    versions.length > 5 ? `${versions.slice(-5).join(", ")} and older` : versions.join(", ");
  return `${field}: no version of ${name} satisfies ${shown(version)}; there is ${there}`;
}

function checkFiles(files: Contents["files"]): Problem[] {
  const problems: Problem[] = [];
  for (const { path } of files) {
    const portable = path
      .split("/")
      .map(unportablePart)
      .find((each) => each !== undefined);
    const message = unsafePath(path) ?? (portable && `cannot be everywhere: ${portable}`);
    if (message) problems.push({ file: path, message, fix: "rename or exclude it" });
  }
  for (const { path, with: other } of collisions(files.map((each) => each.path))) {
    const message = `is the same file as ${shown(other)} where case does not count`;
    problems.push({ file: path, message, fix: "rename one of them" });
  }
  const size = files.reduce((sum, each) => sum + each.size, 0);
  const fix = LEAVE_OUT;
  if (files.length > ZIP_LIMITS.entries) {
    problems.push({ file: WHOLE, message: `has more than ${ZIP_LIMITS.entries} files`, fix });
  }
  if (size > ZIP_LIMITS.unpacked) {
    const message = `the files are ${size} bytes, more than ${ZIP_LIMITS.unpacked}`;
    problems.push({ file: WHOLE, message, fix });
  }
  return problems;
}

function recommend({ manifest, files }: Contents): Problem[] {
  const { file, fields } = manifest;
  const warnings: Problem[] = [];
  const paths = new Set(files.map(({ path }) => path));
  const { readme } = fields;
  if (typeof readme === "string" && readme !== "" && !paths.has(readme.replace(/^\.\//, ""))) {
    const message = `readme "${shown(readme)}" is not among the files`;
    warnings.push({ file, message, fix: "write it, or name the file that there is" });
  } else if (!readme && !files.some(({ path }) => /^readme(?:\.|$)/i.test(path))) {
    warnings.push({ file: WHOLE, message: "there is no README", fix: "write a README.md" });
  }
  if (typeof fields.license !== "string" || fields.license === "") {
    warnings.push({ file, message: "has no license", fix: 'name one, such as "Apache-2.0"' });
  }
  if (!files.some(({ path }) => /^(?:licen[cs]e|copying)(?:[.-]|$)/i.test(path))) {
    const fix = "add the license's text as LICENSE";
    warnings.push({ file: WHOLE, message: "there is no LICENSE file", fix });
  }
  const [shadowing, shadowed] = MANIFEST_FILES;
  if (paths.has(shadowing) && paths.has(shadowed)) {
    const message = `is passed over, as there is a ${shadowing}`;
    warnings.push({ file: shadowed, message, fix: "remove it" });
  }
  return warnings;
}
