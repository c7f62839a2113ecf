/** Yanks, or takes a yank back, wherever the version was published. */
import type { Context } from "./context.ts";
import { callRemote, type Remote } from "./remote.ts";
import { findTarget, moduleVersion, versionPath } from "./target.ts";

/** @param reason undefined: takes it back */
export async function changeYank(
  context: Context,
  words: { readonly operand: string; readonly registry: string | undefined },
  reason: string | undefined,
): Promise<void> {
  const { out } = context;
  const { module, version } = moduleVersion(words.operand);
  const target = findTarget(context, words.registry);
  if (target.kind === "remote") await ask(target.remote, module, version, reason);
  else {
    const { openRegistry, yankLocally } = await import("../registry/mod.ts");
    const warn = (message: string) => out.log.warn(message);
    await yankLocally(openRegistry(target.file), module, version, reason, { warn });
  }
  if (out.json) {
    const yanked = reason !== undefined;
    out.document({ module, version, yanked, yanked_reason: reason ?? null });
  } else if (reason === undefined) out.data(`${module}@${version} is no longer yanked.`);
  else out.data(`Yanked ${module}@${version}${reason === "" ? "" : `: ${reason}`}`);
}

async function ask(
  remote: Remote,
  module: string,
  version: string,
  reason: string | undefined,
): Promise<void> {
  await callRemote(remote, {
    method: "POST",
    path: `${versionPath(module, version)}/${reason === undefined ? "unyank" : "yank"}`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(reason === undefined ? {} : { reason }),
  });
}
