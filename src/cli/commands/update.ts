/** `update`: runs `moon update` against this registry. */
import { Failure } from "../../errors.ts";
import { command } from "../command.ts";
import { registryAddress } from "../registry-address.ts";
import { runMoonUpdate } from "../run-moon.ts";

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
    const words = { name: "--registry", example: "update --registry URL" };
    const registry = args.mooncakes ? undefined : registryAddress(context, args.registry, words);
    return await runMoonUpdate(registry, args._);
  },
});
