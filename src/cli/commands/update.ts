/** `update`: runs `moon update` against this registry. */
import { isUrl, loadConfig, serverAddress } from "../../config/mod.ts";
import { Failure } from "../../errors.ts";
import { command } from "../command.ts";
import type { Context } from "../context.ts";
import { runMoonUpdate } from "../update.ts";

export default command({
  operands: [{ name: "ARGS", help: "handed on to `moon update`", many: true, afterDashes: true }],
  options: {
    registry: {
      type: "string",
      valueHint: "URL",
      description: "against this one; default: where `serve` serves",
    },
    mooncakes: { type: "boolean", description: "against the public one" },
  },
  example: "update --registry http://registry.example:8080",
  async run(context, args) {
    if (args.mooncakes && args.registry !== undefined) {
      throw new Failure("usage", "--registry and --mooncakes exclude each other");
    }
    const registry = args.mooncakes ? undefined : addressOf(context, args.registry);
    return await runMoonUpdate(registry, args._);
  },
});

function addressOf(context: Context, given: string | undefined): string {
  if (given !== undefined) {
    const problem = isUrl(given);
    if (problem !== undefined) throw new Failure("usage", `--registry ${problem}`);
    return given.replace(/\/+$/, "");
  }
  const { server } = loadConfig(context.file());
  if (server.baseUrl === "" && server.port === 0) {
    const hint = "say where it serves: update --registry URL";
    throw new Failure("usage", "server.port is 0: the address is not known beforehand", hint);
  }
  return serverAddress(server);
}
