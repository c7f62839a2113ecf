/** The address of the registry that a client is to use. */
import { loadConfig, serverAddress, urlCheck } from "../config/mod.ts";
import { Failure } from "../errors.ts";
import type { Context } from "./context.ts";
import { WITH_TOKEN } from "./moon.ts";

const isAddress = urlCheck(`for \`moon\` set ${WITH_TOKEN}`);

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
    const problem = isAddress(given);
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

/** Whether an address is that of the registry here, and its readers need a token. */
export function isPrivate(context: Context, url: string): boolean {
  try {
    const { server } = loadConfig(context.file());
    return server.requireReadToken && serverAddress(server) === url;
  } catch (error) {
    // None is needed to point at another.
    if (error instanceof Failure) return false;
    throw error;
  }
}
