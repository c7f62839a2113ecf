/** A request as one line of the access log. Pure. */
import type { AccessLine } from "../../server/mod.ts";
import { withoutUnseen } from "./printable.ts";
import { bytes } from "./units.ts";

/**
 * `2026-01-31T12:00:00.000Z 10.0.0.7 GET /git/index/info/refs 200 1.2 KiB 3.4 ms git/2.39.5`
 *
 * @param withTime unless whoever keeps the log notes it
 */
export function accessText(line: AccessLine, withTime: boolean): string {
  const { time, client, method, path, status, ms, agent } = line;
  const sent = line.bytes === undefined ? "-" : bytes(line.bytes);
  const when = withTime ? `${time} ` : "";
  const text = `${when}${client || "-"} ${method} ${path} ${status} ${sent} ${ms} ms`;
  // Clients choose some of this; it must not steer a terminal.
  return withoutUnseen(agent === undefined ? text : `${text} ${agent}`, "?");
}
