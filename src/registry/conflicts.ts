/** Modules that more than one source offers. */
import type { Shadowed } from "../index/mod.ts";
import type { Registry } from "./open.ts";
import { currentOverlay } from "./views.ts";

/** Each such module with its owner and those that lost, by name. Reads only what was fetched before. */
export function conflicts(registry: Registry): Shadowed[] {
  const { shadowed } = currentOverlay(registry);
  return [...shadowed].sort((a, b) => (a.module < b.module ? -1 : 1));
}
