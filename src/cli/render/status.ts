/** A registry's status for people. Pure but for the clock that it is given. */
import { heldText, type Status } from "../../registry/mod.ts";
import { table } from "./table.ts";
import { ago, bytes, count, duration, plural } from "./units.ts";

export function statusText(status: Status, now: Date): string {
  const { stored, listed, held, writer } = status;
  const rows: [string, string][] = [
    ["Registry", `${status.name} in ${status.dir}`],
    ["Data", `${status.dataDir}${status.readOnly ? " (read-only)" : ""}`],
    ["Listed", `${plural(listed.versions, "version")} of ${plural(listed.modules, "module")}`],
    [
      "Stored",
      `${plural(stored.versions, "version")}, ${bytes(stored.bytes)} in ${plural(stored.archives, "archive")}`,
    ],
    ...(held.blocked + held.young > 0 ? [["Held back", heldText(held)] as [string, string]] : []),
    ...status.kept.map((each, at): [string, string] => [
      at === 0 ? "Kept fresh" : "",
      keptText(each),
    ]),
    ...status.imported.map(({ name, modules, versions }, at): [string, string] => [
      at === 0 ? "Imported" : "",
      `${name}: ${plural(versions, "version")} of ${plural(modules, "module")}`,
    ]),
    ...(status.shared ? [sharedRow(status.shared)] : []),
    ...(status.lastBundle ? [bundleRow(status.lastBundle, now)] : []),
    ["Serves at", addressText(status.address, status.listening)],
    ...(status.autoSync ? [autoSyncRow(status.autoSync, now)] : []),
  ];
  if (writer)
    rows.push([
      "Busy",
      `${writer.command}, process ${writer.pid} on ${writer.host}, since ${writer.since}`,
    ]);
  const head = rows.map(([name, value]) => `${(name && `${name}:`).padEnd(12)}${value}`).join("\n");
  const isFilled = status.imported.length > 0 || status.shared !== null;
  if (status.sources.length === 0 && isFilled) return head;
  return status.sources.length === 0
    ? `${head}\n\nNo source yet.`
    : `${head}\n\n${sourceTable(status.sources, now)}`;
}

function sharedRow({ modules, versions }: NonNullable<Status["shared"]>): [string, string] {
  const what = `${plural(versions, "version")} of ${plural(modules, "module")}`;
  return ["Shared", `${what}, from git.remote_url alone`];
}

function bundleRow(
  { id, number, registry, isOwn, at }: NonNullable<Status["lastBundle"]>,
  now: Date,
): [string, string] {
  const how = isOwn ? "made" : `of ${registry}, taken in`;
  const when = ago(now.getTime() - Date.parse(at));
  return ["Bundle", `number ${number}, ${id.slice(0, 12)}, ${how} ${when}`];
}

/** Where a server is found, and where it listens when that does not say it. */
export function addressText(address: string, listening: string): string {
  return address === `http://${listening}` ? address : `${address}, listening on ${listening}`;
}

/** What a server said last: it may be gone since, which shows when the next turn is long due. */
function autoSyncRow(
  { last, error, failures, next }: NonNullable<Status["autoSync"]>,
  now: Date,
): [string, string] {
  const since = last === null ? "never" : ago(now.getTime() - Date.parse(last));
  const left = next === null ? 0 : Date.parse(next) - now.getTime();
  const then = left > 0 ? `next in ${duration(left)}` : "the next one is due";
  const how = error === null ? "" : `, failed ${plural(failures, "time")}: ${error}`;
  return ["Auto-sync", `last ${since}${how}; ${then}`];
}

/** `moonbitlang/* from up, latest 2` */
export function keptText({
  patterns,
  source,
  strict,
  assets,
  latest,
  since,
}: Status["kept"][number]): string {
  const limits = [
    latest === undefined ? "" : `latest ${latest}`,
    since === undefined ? "" : `since ${new Date(since).toISOString().slice(0, 10)}`,
    strict ? "strict" : "",
    assets ? "assets" : "",
  ];
  const from = source === undefined ? "" : ` from ${source}`;
  return [`${patterns.join(" ")}${from}`, ...limits.filter(Boolean)].join(", ");
}

function sourceTable(sources: Status["sources"], now: Date): string {
  const rows = sources.map((source) => [
    source.name,
    `${source.enabled ? "enabled" : "disabled"}${source.default ? ", default" : ""}`,
    count(source.modules),
    count(source.versions),
    source.lastSync ? ago(now.getTime() - Date.parse(source.lastSync)) : "never",
  ]);
  const lines = table([["Source", "State", "Modules", "Versions", "Synced"], ...rows], [2, 3]);
  const errors = sources.flatMap(({ name, lastError }) =>
    lastError ? [`${name}: last sync failed: ${lastError}`] : [],
  );
  return [...lines, ...(errors.length > 0 ? ["", ...errors] : [])].join("\n");
}
