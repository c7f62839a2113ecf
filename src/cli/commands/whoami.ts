/** `whoami`: who a server takes us for. */
import { command } from "../command.ts";
import { findRemote, WRITE_OPTION } from "../remote/remote.ts";
import { whoAmI } from "../remote/whoami.ts";

export default command({
  options: WRITE_OPTION,
  example: "whoami",
  async run({ out }, args) {
    const remote = findRemote(args.registry);
    const { name, scopes } = await whoAmI(remote);
    if (out.json) out.document({ registry: remote.url, name, scopes });
    else out.data(`${name} at ${remote.url}: ${scopes.join(", ")}`);
    return undefined;
  },
});
