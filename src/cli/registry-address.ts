/** The address of the registry that a client is to use. */
import { isUrl, loadConfig, serverAddress } from "../config/mod.ts";
import { Failure } from "../errors.ts";
import type { Context } from "./context.ts";

/**
 * @param given on the command line; else where `serve` serves
 * @param words what names it in messages: the option, and how to give one
 * @returns without a trailing slash
 * @throws {Failure} "usage"
 */
export function registryAddress(
  context: Context,
  given: string | undefined,
  words: { readonly name: string; readonly example: string },
): string {
  if (given !== undefined) {
    const problem = isUrl(given);
    if (problem !== undefined) throw new Failure("usage", `${words.name} ${problem}`);
    return given.replace(/\/+$/, "");
  }
  const { server } = loadConfig(context.file());
  if (server.baseUrl === "" && server.port === 0) {
    const hint = `say where it serves: ${words.example}`;
    throw new Failure("usage", "server.port is 0: the address is not known beforehand", hint);
  }
  return serverAddress(server);
}
