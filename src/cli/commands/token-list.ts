/** `token list`: the tokens, without their secrets. */
import { command } from "../command.ts";
import { tokenTable } from "../render/tokens.ts";

export default command({
  options: {},
  example: "token list",
  async run({ out, file }) {
    const { listTokens, openRegistry } = await import("../../registry/mod.ts");
    const tokens = listTokens(openRegistry(file()));
    if (out.json) out.document(tokens);
    else if (tokens.length > 0) out.data(tokenTable(tokens, new Date()));
    else {
      out.data("No tokens.");
      out.log.info("Make one: moonbit-registry token create NAME --scope SCOPE");
    }
    return undefined;
  },
});
