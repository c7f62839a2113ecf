/** Publishing and yanking as others ask for it: over HTTP, or from the registry's own directory. */

import { openArchiveStore } from "../../archives/mod.ts";
import type { Config } from "../../config/mod.ts";
import { openDirectory, packModule } from "../../packaging/mod.ts";
import { type LocalOptions, recordLocally } from "../local-audit.ts";
import type { Registry } from "../open.ts";
import { examine } from "./candidate.ts";
import { publicationLine } from "./publication-line.ts";
import {
  checkDirectory,
  type Publication,
  type PublishOptions,
  publishArchive,
  publishDirectory,
} from "./publish.ts";
import { unyank, type Yanked, yank } from "./yank.ts";

/** What a server offers to those with a token; who that is, the server has asked before. */
export interface Publications {
  publish(body: AsyncIterable<Uint8Array>, options: PublishOptions): Promise<Publication>;
  yank(module: string, version: string, reason: string): Promise<Yanked>;
  unyank(module: string, version: string): Promise<Yanked>;
}

export function servePublications(opened: Registry, config: () => Config): Publications {
  const now = (): Registry => ({ ...opened, config: config() });
  return {
    publish: (body, options) => publishArchive(now(), body, options),
    yank: (module, version, reason) => yank(now(), module, version, reason),
    unyank: (module, version) => unyank(now(), module, version),
  };
}

/** `publishDirectory`, recorded. @throws {Failure} as that does */
export async function publishLocally(
  registry: Registry,
  dir: string,
  options: LocalOptions & { readonly dryRun: boolean },
): Promise<Publication> {
  const publication = await publishDirectory(registry, dir, options);
  const { outcome, module, version } = publication;
  if (outcome === "published") recordLocally(registry, options, "publish", `${module}@${version}`);
  return publication;
}

/** `yank`, or `unyank` without a reason, recorded. @throws {Failure} as those do */
export async function yankLocally(
  registry: Registry,
  module: string,
  version: string,
  reason: string | undefined,
  options: LocalOptions,
): Promise<Yanked> {
  const yanked =
    reason === undefined
      ? await unyank(registry, module, version)
      : await yank(registry, module, version, reason);
  const what = reason === undefined ? "unyank" : "yank";
  if (yanked.changed) recordLocally(registry, options, what, `${module}@${version}`);
  return yanked;
}

/** An archive that is about to be sent. */
export interface Upload extends Publication {
  readonly body: Blob;
  discard(): Promise<void>;
}

/**
 * Builds a module's archive for another registry, and checks what can be checked without it.
 *
 * @param scratch a directory for the archive
 * @throws {Failure} "invalid" with all problems
 */
export async function prepareUpload(dir: string, scratch: string): Promise<Upload> {
  const module = await openDirectory(dir);
  checkDirectory(module);
  const staged = await openArchiveStore(scratch).stage(packModule(module));
  const { discard, body } = staged;
  try {
    const candidate = await examine(staged, {});
    const { manifest, time, ...rest } = candidate;
    const line = publicationLine(manifest, staged.sha256, time).bytes.toString();
    return { ...rest, outcome: "checked", line, body, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}
