/** `org add`: lets somebody register in an organization's name. */
import { membershipCommand } from "../membership.ts";

export default membershipCommand("add", {
  changed: (member, organization) => `${member} now registers for ${organization}`,
  unchanged: (member, organization) => `${member} is a member of ${organization} already`,
});
