/** `token create`: makes a token and shows it, this once. */
import { parseInterval } from "../../config/mod.ts";
import { Failure } from "../../errors.ts";
import { command } from "../command.ts";
import { valuesOf } from "../words.ts";

export default command({
  operands: [{ name: "NAME", help: "what it is for; stands in lists and logs", required: true }],
  options: {
    scope: {
      type: "string",
      alias: "s",
      valueHint: "SCOPE",
      description: "what it may do; give it again for more; default: read",
    },
    expires: {
      type: "string",
      valueHint: "TIME",
      description: "such as 90d or 12h; default: never",
    },
  },
  notes: [
    "Scopes: read, publish:OWNER/*, publish:OWNER/NAME, publish:*, admin; all read.",
    "Only a hash is kept: who loses the token needs a new one. A running server",
    "knows it at once.",
  ],
  example: 'token create ci --scope "publish:alice/*" --expires 90d',
  async run(context, args, words) {
    const { out } = context;
    const { createToken, openRegistry, parseScope } = await import("../../registry/mod.ts");
    const name = args._[0]!;
    const given = valuesOf(words, "scope");
    const scopes = (given.length === 0 ? ["read"] : given).map(parseScope);
    const expires = args.expires === undefined ? undefined : expiry(args.expires);
    const registry = openRegistry(context.file());
    const warn = (message: string) => out.log.warn(message);
    const token = createToken(registry, { name, scopes, expires }, { warn });
    if (out.json) {
      out.document({ token, name, scopes, expires: expires?.toISOString() ?? null });
      return;
    }
    out.data(token);
    const until = expires ? `until ${expires.toISOString().slice(0, 10)}` : "until it is revoked";
    out.log.info(`${name} has ${scopes.join(", ")}, ${until}. It is not shown again.`);
  },
});

function expiry(text: string): Date {
  const ms = parseInterval(text);
  if (ms !== undefined) return new Date(Date.now() + ms);
  const hint = "write a number and s, m, h or d, such as 90d";
  throw new Failure("usage", `--expires cannot be ${JSON.stringify(text)}`, hint);
}
