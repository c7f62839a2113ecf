/** Which registry a command that reads works on: a server or a directory. */
import { Failure } from "../errors.ts";
import type { Shelf } from "../registry/mod.ts";
import type { Context } from "./context.ts";
import { findRemote, URL_VARIABLE } from "./remote/remote.ts";

export const READ_OPTION = {
  registry: {
    type: "string",
    valueHint: "URL",
    description: `ask this server; default: $${URL_VARIABLE}`,
  },
} as const;

/** What each such command's help says of it. */
export const READ_NOTE = "Without a server it reads the registry in this directory or above.";

/**
 * What is said outright goes first: --registry, --dir, the variable, and then what is found. A login
 * alone does not turn reading away from the registry at hand.
 *
 * @throws {Failure} "usage" for an address that is none, "no-registry"
 */
export async function openShelfFor(context: Context, given: string | undefined): Promise<Shelf> {
  if (given !== undefined && context.dir !== undefined) {
    throw new Failure("usage", "--registry and --dir exclude each other");
  }
  const isRemote = given ?? (context.dir === undefined ? process.env[URL_VARIABLE] : undefined);
  if (isRemote) {
    const { openRemoteShelf } = await import("./remote/shelf.ts");
    return openRemoteShelf(findRemote(given));
  }
  const file = context.file();
  const { openRegistry, openShelf } = await import("../registry/mod.ts");
  return openShelf(openRegistry(file));
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
