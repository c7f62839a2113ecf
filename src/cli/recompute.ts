/** After a change of the sources, what is served has to follow. */
import { Failure } from "../errors.ts";
import type { Context } from "./context.ts";

/** Recomputes the served index; while another process writes, that is left to the next sync. */
export async function recomputeServed({ out }: Context, file: string): Promise<void> {
  const { openRegistry, recompute } = await import("../registry/mod.ts");
  try {
    await recompute(openRegistry(file));
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "busy") throw error;
    out.log.warn(`${error.message}; run \`sync\` when it is done, so that this takes effect`);
  }
}
