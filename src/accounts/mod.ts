/** Who may do what here: tokens, their scopes, and the record of what was done. */
export { type Accounts, type NewToken, openAccounts, type TokenInfo } from "./accounts.ts";
export { type Audit, openAudit, readAudit } from "./audit.ts";
export { type Action, type Caller, may, parseScope } from "./scope.ts";
export { hashToken, newToken, sameSecret } from "./token.ts";
