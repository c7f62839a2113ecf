/** Yanks, or takes a yank back, wherever the version was published. */
import { isRecord } from "../record.ts";
import type { Context } from "./context.ts";
import { callRemote, type Remote } from "./remote/remote.ts";
import { printable } from "./render/printable.ts";
import { findTarget, moduleVersion, versionPath } from "./target.ts";

/** @param reason undefined: takes it back; empty: leaves what was said before */
export async function changeYank(
  context: Context,
  words: { readonly operand: string; readonly registry: string | undefined },
  reason: string | undefined,
): Promise<void> {
  const { out } = context;
  const { module, version } = moduleVersion(words.operand);
  const target = findTarget(context, words.registry);
  const kept =
    target.kind === "remote"
      ? await ask(target.remote, module, version, reason)
      : await changeHere(context, target.file, module, version, reason);
  if (out.json) {
    out.document({ module, version, yanked: reason !== undefined, yanked_reason: kept });
  } else if (reason === undefined) out.data(`${module}@${version} is no longer yanked.`);
  else {
    out.data(`Yanked ${module}@${version}${kept ? `: ${printable(kept)}` : ""}`);
    out.log.info("`moon` knows no yank and may still take it; `policy.block` keeps it from all.");
  }
}

async function changeHere(
  { out }: Context,
  file: string,
  module: string,
  version: string,
  reason: string | undefined,
): Promise<string | null> {
  const { openRegistry, yankLocally } = await import("../registry/mod.ts");
  const warn = (message: string) => out.log.warn(message);
  return (await yankLocally(openRegistry(file), module, version, reason, { warn })).reason;
}

async function ask(
  remote: Remote,
  module: string,
  version: string,
  reason: string | undefined,
): Promise<string | null> {
  const { json } = await callRemote(remote, {
    method: "POST",
    path: `${versionPath(module, version)}/${reason === undefined ? "unyank" : "yank"}`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(reason === undefined ? {} : { reason }),
  });
  const kept = isRecord(json) ? json.yanked_reason : undefined;
  return typeof kept === "string" ? kept : null;
}
