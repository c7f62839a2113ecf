/** Who a server takes us for. */
import { Failure } from "../../errors.ts";
import { callRemote, loginHint, type Remote } from "./remote.ts";

export interface Identity {
  /** The token's name. */
  readonly name: string;
  readonly scopes: readonly string[];
}

/** @throws {Failure} "unauthenticated" without a token, or with one that the server does not know */
export async function whoAmI(remote: Remote): Promise<Identity> {
  if (remote.token === undefined) {
    throw new Failure("unauthenticated", `there is no token for ${remote.url}`, loginHint(remote));
  }
  const { json } = await callRemote(remote, { path: "/api/v0/whoami" });
  const { name, scopes } = (json ?? {}) as Partial<Record<keyof Identity, unknown>>;
  if (typeof name !== "string" || !Array.isArray(scopes)) {
    throw new Failure("upstream", `${remote.url} does not say who you are`);
  }
  return { name, scopes: scopes.map(String) };
}
