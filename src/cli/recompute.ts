/** After a change of the sources, what is served has to follow. */
import { hasCode } from "../errors.ts";
import type { ListingChange } from "../registry/mod.ts";
import type { Context } from "./context.ts";
import { plural } from "./render/units.ts";

/**
 * Recomputes the served index and says what is new about it; while another process writes, that is
 * left to the next sync.
 *
 * @returns how many stored versions are listed no longer; undefined while that is not known
 */
export async function recomputeServed({ out }: Context, file: string): Promise<number | undefined> {
  const { openRegistry, recompute } = await import("../registry/mod.ts");
  try {
    const change = await recompute(openRegistry(file));
    const text = changeText(change);
    if (text !== undefined) out.log.info(text);
    return change.unlisted;
  } catch (error) {
    if (!hasCode(error, "busy")) throw error;
    out.log.warn(`${error.message}; run \`sync\` when it is done, so that this takes effect`);
    return undefined;
  }
}

/** What is listed now and was not, or otherwise; undefined when all is as before. */
export function changeText({ added, removed, changed }: ListingChange): string | undefined {
  const parts = [
    added.length > 0 ? `${plural(added.length, "module")} more` : "",
    removed.length > 0 ? `${plural(removed.length, "module")} less` : "",
    changed.length > 0 ? `${plural(changed.length, "module")} with other versions` : "",
  ].filter(Boolean);
  return parts.length === 0 ? undefined : `The index lists ${parts.join(", ")}.`;
}
