/** `org members`: who may register in an organization's name. */
import { command } from "../command.ts";

export default command({
  operands: [{ name: "ORG", help: "such as acme", required: true }],
  options: {},
  notes: ["Organizations are KnitPkg's: whoever registers the first project owns one."],
  example: "org members acme",
  async run({ out, file }, args) {
    const { openRegistry, organizationMembers } = await import("../../registry/mod.ts");
    const found = organizationMembers(openRegistry(file()), args._[0]!);
    if (out.json) out.document(found);
    else out.data([`${found.owner}  owner`, ...found.members].join("\n"));
    return undefined;
  },
});
