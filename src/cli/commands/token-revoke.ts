/** `token revoke`: takes a token back. */
import { command } from "../command.ts";

export default command({
  operands: [{ name: "NAME", help: "the token's name; see `token list`", required: true }],
  options: {},
  notes: ["Running servers refuse it from now on."],
  example: "token revoke ci",
  async run({ out, file }, args) {
    const name = args._[0]!;
    const { openRegistry, revokeToken } = await import("../../registry/mod.ts");
    revokeToken(openRegistry(file()), name, { warn: (message) => out.log.warn(message) });
    if (out.json) out.document({ revoked: name });
    else out.data(`Revoked token ${name}.`);
    return undefined;
  },
});
