/** What `org add` and `org remove` are: who is a member changes, one way or the other. */
import { command } from "./command.ts";

type Sentence = (member: string, organization: string) => string;

export function membershipCommand(
  word: "add" | "remove",
  says: { readonly changed: Sentence; readonly unchanged: Sentence },
) {
  return command({
    operands: [
      { name: "ORG", help: "such as acme", required: true },
      { name: "MEMBER", help: "PROVIDER:NAME, or a token", required: true },
    ],
    options: {},
    notes: ["Running servers go by it from the next request on."],
    example: `org ${word} acme github:ann`,
    async run({ out, file }, args) {
      const [organization = "", who = ""] = args._;
      const { changeOrganization, openRegistry } = await import("../registry/mod.ts");
      const change = word === "add" ? "member" : "remove";
      const warn = (message: string) => out.log.warn(message);
      const registry = openRegistry(file());
      const done = await changeOrganization(registry, organization, change, who, { warn });
      const { member, changed } = done;
      if (out.json) out.document({ organization, member, changed });
      else out.data((changed ? says.changed : says.unchanged)(member, organization));
      return undefined;
    },
  });
}
