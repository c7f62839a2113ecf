/** Modules that more than one source offers. */
import { type Shadowed, shadowed } from "../../index/mod.ts";
import type { Registry } from "../open.ts";
import { openOrigins } from "./offer.ts";

/** Each such module with its owner and those that lost, by name. Reads only what was fetched before. */
export function conflicts(registry: Registry): Shadowed[] {
  return shadowed(openOrigins(registry)).sort((a, b) => (a.module < b.module ? -1 : 1));
}
