/** What was done to a registry from its own directory, for its audit log. */
import { openAudit } from "../accounts/mod.ts";
import type { Registry } from "./open.ts";

export interface LocalOptions {
  /** Told of an audit log that cannot be written. */
  readonly warn: (message: string) => void;
}

/** Records that something was done by who works here. */
export function recordLocally(
  { paths }: Registry,
  { warn }: LocalOptions,
  what: string,
  target: string,
): void {
  openAudit(paths.audit, { warn })({ who: localUser(), what, target, result: "done" });
}

/** Who works on the registry's own directory, such as `local:alice`, also through `sudo -u registry`. */
function localUser(): string {
  const { SUDO_USER, USER, USERNAME } = process.env;
  const name = SUDO_USER || USER || USERNAME || process.getuid?.();
  return name === undefined ? "local" : `local:${name}`;
}
