/** `whoami`: who a server takes us for. */
import { command } from "../command.ts";
import { findRemote, REGISTRY_OPTION } from "../remote.ts";
import { whoAmI } from "../whoami.ts";

export default command({
  options: REGISTRY_OPTION,
  example: "whoami",
  async run({ out }, args) {
    const remote = findRemote(args.registry);
    const { name, scopes } = await whoAmI(remote);
    if (out.json) out.document({ registry: remote.url, name, scopes });
    else out.data(`${name} at ${remote.url}: ${scopes.join(", ")}`);
    return undefined;
  },
});
