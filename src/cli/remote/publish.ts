/** Sends a module's archive to a server. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../errors.ts";
import type { Publication } from "../../registry/mod.ts";
import type { PublicationReport } from "../render/publication.ts";
import { versionPath } from "../target.ts";
import { callRemote, type Remote } from "./remote.ts";

/** Slow lines send big archives. */
const TIMEOUT_MS = 10 * 60_000;

/**
 * @param remote undefined in a dry run without a registry
 * @throws {Failure} what is wrong with the module, or the server's own
 */
export async function publishRemotely(
  remote: Remote | undefined,
  dir: string,
  dryRun: boolean,
): Promise<PublicationReport> {
  const { prepareUpload } = await import("../../registry/mod.ts");
  const scratch = await mkdtemp(join(tmpdir(), "moonbit-registry-"));
  try {
    const { body, discard: _, ...built } = await prepareUpload(dir, scratch);
    if (!remote) return { ...built, registry: null };
    const { json } = await callRemote(remote, {
      method: "PUT",
      path: `${versionPath(built.module, built.version)}${dryRun ? "?dry_run=true" : ""}`,
      headers: { "content-type": "application/zip" },
      body,
      timeoutMs: TIMEOUT_MS,
    });
    const answer = json as Partial<Publication>;
    if (answer.checksum !== built.checksum) {
      const message = `${remote.url} did not take the archive as it was sent`;
      throw new Failure("integrity", message, "publish again; the same bytes twice do no harm");
    }
    const { outcome = built.outcome, line = built.line } = answer;
    return { ...built, outcome, line, registry: remote.url };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
