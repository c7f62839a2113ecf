/** `logout`: forgets the token for a server. */
import { command } from "../command.ts";
import { credentialsPath, readCredentials, writeCredentials } from "../remote/credentials.ts";
import { findUrl, TOKEN_VARIABLE, WRITE_OPTION } from "../remote/remote.ts";

export default command({
  options: WRITE_OPTION,
  notes: ["The token stays valid: `token revoke NAME` at the server takes it back."],
  example: "logout",
  async run({ out }, args) {
    const url = findUrl(args.registry);
    const path = credentialsPath();
    const { last, tokens } = readCredentials(path);
    const { [url]: token, ...rest } = tokens;
    if (token !== undefined) {
      writeCredentials(path, { last: last === url ? undefined : last, tokens: rest });
    }
    if (out.json) out.document({ registry: url, forgotten: token !== undefined });
    else out.data(token === undefined ? `Not logged in to ${url}.` : `Logged out of ${url}.`);
    if (process.env[TOKEN_VARIABLE]) out.log.warn(`$${TOKEN_VARIABLE} is still set`);
    return undefined;
  },
});
