/** Which registry a command that reads works on: a server or a directory. */
import { Failure } from "../errors.ts";
import type { Shelf } from "../registry/mod.ts";
import type { Context } from "./context.ts";
import { URL_VARIABLE } from "./remote/remote.ts";
import { findTarget } from "./target.ts";

export const READ_OPTION = {
  registry: {
    type: "string",
    valueHint: "URL",
    description: `ask this server; default: $${URL_VARIABLE}`,
  },
} as const;

/** What each such command's help says of it. */
export const READ_NOTE =
  "Without a server it reads the registry here or above, else the last login's.";

/**
 * As where things are written: a login alone does not turn reading away from the registry at hand.
 *
 * @throws {Failure} "usage" for an address that is none, "no-registry"
 */
export async function openShelfFor(context: Context, given: string | undefined): Promise<Shelf> {
  const target = findTarget(context, given);
  if (target.kind === "remote") {
    const { openRemoteShelf } = await import("./remote/shelf.ts");
    return openRemoteShelf(target.remote);
  }
  const { openRegistry, openShelf } = await import("../registry/mod.ts");
  return openShelf(openRegistry(target.file));
}

/** @example parseWanted("moonbitlang/x@^0.4.0") → { module: "moonbitlang/x", range: "^0.4.0" } */
export function parseWanted(text: string): { module: string; range: string | undefined } {
  const at = text.indexOf("@");
  const module = at < 0 ? text : text.slice(0, at);
  const range = at < 0 ? undefined : text.slice(at + 1);
  if (!/^[^/]+\/./.test(module)) {
    const hint = "a module's name is OWNER/NAME, such as moonbitlang/x; `search` finds names";
    throw new Failure("usage", `${JSON.stringify(text)} names no module`, hint);
  }
  if (range === "") {
    throw new Failure("usage", `no version follows the @ of ${text}`, `such as ${text}^1.0.0`);
  }
  return { module, range };
}
