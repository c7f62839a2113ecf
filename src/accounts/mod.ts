/** Who may do what here: tokens, their scopes, and the record of what was done. */
export { type Accounts, type NewToken, openAccounts, type TokenInfo } from "./accounts.ts";
export { type Audit, type AuditEvent, openAudit } from "./audit.ts";
export { type Action, type Caller, may, parseScope, type Scope } from "./scope.ts";
export { hashToken, isToken } from "./token.ts";
