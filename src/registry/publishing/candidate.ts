/** Archives that want to be published, looked at as far as they say themselves what they are. */
import type { StagedArchive } from "../../archives/mod.ts";
import { Failure } from "../../errors.ts";
import {
  failureOf,
  inspectZip,
  MANIFEST_FILES,
  MAX_MANIFEST,
  type Manifest,
  type ModuleZip,
  type Problem,
  parseManifest,
  shown,
  validateContents,
  WHOLE,
} from "../../packaging/mod.ts";

export interface PublishedFile {
  readonly path: string;
  readonly size: number;
}

/** What is said of an archive by whoever brings it. */
export interface Claims {
  /** What it has to hold. */
  readonly expected?: { readonly module: string; readonly version: string };
  /** Asked as soon as the name is known; throws when it may not be published. */
  readonly authorize?: (module: string) => void;
}

/** An archive that could be published, as far as it says itself. */
export interface Candidate {
  readonly module: string;
  readonly version: string;
  readonly manifest: Manifest;
  readonly checksum: string;
  readonly size: number;
  readonly files: readonly PublishedFile[];
  readonly warnings: readonly Problem[];
  /** Now, in milliseconds since the epoch. */
  readonly time: number;
}

/** @throws {Failure} "invalid" with all that is wrong; whatever `authorize` throws */
export async function examine(
  { body, sha256, size }: StagedArchive,
  { authorize, expected }: Claims,
): Promise<Candidate> {
  const { zip, problems: damage } = await inspectZip(body);
  if (!zip) throw failureOf(damage);
  const manifest = await manifestOf(zip);
  const { name, version } = manifest.fields;
  if (typeof name === "string") authorize?.(name);
  const { problems, warnings } = validateContents({ manifest, files: zip.files });
  if (problems.length > 0) throw failureOf(problems);
  const module = String(name);
  const candidate = { module, version: String(version) };
  if (expected) checkExpected(candidate, expected);
  await unpackAll(zip);
  const files = zip.files.map((file) => ({ path: file.path, size: file.size }));
  return { ...candidate, manifest, checksum: sha256, size, files, warnings, time: Date.now() };
}

async function manifestOf(zip: ModuleZip): Promise<Manifest> {
  for (const file of MANIFEST_FILES) {
    const bytes = await zip.read(file, MAX_MANIFEST);
    if (bytes) return await parseManifest(file, bytes);
  }
  const message = `the archive has no ${MANIFEST_FILES.join(" and no ")} at its root`;
  throw failureOf([{ file: WHOLE, message, fix: "zip the module's content, not its folder" }]);
}

/** What clients will do: a lie about a size or a CRC would be theirs to find. */
async function unpackAll(zip: ModuleZip): Promise<void> {
  for (const { path } of zip.files) for await (const _ of zip.pieces(path));
}

function checkExpected(
  { module, version }: { module: string; version: string },
  expected: { module: string; version: string },
): void {
  if (module === expected.module && version === expected.version) return;
  const wanted = `${shown(expected.module)}@${shown(expected.version)}`;
  throw new Failure(
    "invalid",
    `the archive holds ${shown(module)}@${shown(version)}, not ${wanted}`,
    "send it under the name and version that its manifest says",
  );
}
