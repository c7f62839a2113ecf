/** `login`: keeps a token for a server, once the server has said that it knows it. */
import { Failure } from "../../errors.ts";
import { command } from "../command.ts";
import { credentialsPath, readCredentials, writeCredentials } from "../remote/credentials.ts";
import { findUrl, TOKEN_VARIABLE, WRITE_OPTION } from "../remote/remote.ts";
import { whoAmI } from "../remote/whoami.ts";
import { askSecret, pipedSecret } from "../secret.ts";

export default command({
  options: {
    ...WRITE_OPTION,
    "token-stdin": { type: "boolean", description: "read the token from a pipe; else it is asked" },
  },
  notes: [
    "The server's operator makes tokens, with `moonbit-registry token create NAME`.",
    "Yours is kept in a file that only you can read; the variable",
    `$${TOKEN_VARIABLE} goes before it.`,
  ],
  example: "login --registry https://registry.example",
  async run({ out }, args) {
    const url = findUrl(args.registry);
    const token = args["token-stdin"] ? await pipedSecret() : await typedSecret(url);
    // It becomes a header: whatever else was pasted must not.
    if (!/^[\x21-\x7e]+$/.test(token)) throw new Failure("usage", "that is no token");
    if (isExposed(url))
      out.log.warn(`${url} is not encrypted: others on the way can read the token`);
    const { name, scopes } = await whoAmI({ url, token });
    const path = credentialsPath();
    const { tokens } = readCredentials(path);
    writeCredentials(path, { last: url, tokens: { ...tokens, [url]: token } });
    if (out.json) out.document({ registry: url, name, scopes, file: path });
    else {
      out.data(`Logged in to ${url} as ${name}: ${scopes.join(", ")}`);
      out.log.info(`The token is in ${path}.`);
    }
    if (process.env[TOKEN_VARIABLE]) out.log.warn(`$${TOKEN_VARIABLE} is set, and goes first`);
    return undefined;
  },
});

async function typedSecret(url: string): Promise<string> {
  if (process.stdin.isTTY) return await askSecret(`Token for ${url}: `);
  const hint = "pipe it in: moonbit-registry login --token-stdin < FILE";
  throw new Failure("usage", "the token can only be typed on a terminal", hint);
}

function isExposed(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !/^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}
