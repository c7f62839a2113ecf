/** The installers as a server hands them out: they take the program from that server. */
import ps1 from "../../install.ps1" with { type: "text" };
import sh from "../../install.sh" with { type: "text" };
import { Failure } from "../errors.ts";

/** Where each script says who serves it, with nobody there. */
const PLACES = { sh: 'SERVED_BY=""', ps1: '$ServedBy = ""' } as const;

/**
 * @param base URL of the server, without a trailing slash
 * @throws {Failure} "invalid" for what is no plain URL: it stands in a script that people run, and
 *   comes from a header that anybody can write
 */
export function installerScript(kind: "sh" | "ps1", base: string): string {
  if (!/^https?:\/\/[A-Za-z0-9.\-[\]:_]+(?:\/[A-Za-z0-9.\-_~/]*)?$/.test(base)) {
    const hint = "ask by the server's plain name or address";
    throw new Failure("invalid", "the address of this server is not one for a script", hint);
  }
  const place = PLACES[kind];
  return (kind === "sh" ? sh : ps1).replace(place, () => place.replace('""', `"${base}"`));
}
