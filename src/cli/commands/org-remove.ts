/** `org remove`: takes that away again. */
import { command } from "../command.ts";

export default command({
  operands: [
    { name: "ORG", help: "such as acme", required: true },
    { name: "MEMBER", help: "PROVIDER:NAME, or a token", required: true },
  ],
  options: {},
  notes: ["Running servers go by it from the next request on."],
  example: "org remove acme github:ann",
  async run({ out, file }, args) {
    const [organization = "", who = ""] = args._;
    const { changeOrganization, openRegistry } = await import("../../registry/mod.ts");
    const warn = (message: string) => out.log.warn(message);
    const registry = openRegistry(file());
    const { member, changed } = await changeOrganization(registry, organization, "remove", who, {
      warn,
    });
    if (out.json) out.document({ organization, member, changed });
    else
      out.data(
        changed
          ? `${member} registers no more for ${organization}`
          : `${member} is no member of ${organization}`,
      );
    return undefined;
  },
});
