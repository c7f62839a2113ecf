/** `org remove`: takes that away again. */
import { membershipCommand } from "../membership.ts";

export default membershipCommand("remove", {
  changed: (member, organization) => `${member} registers no more for ${organization}`,
  unchanged: (member, organization) => `${member} is no member of ${organization}`,
});
