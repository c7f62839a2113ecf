/**
 * The older way to name one source, as files of before have it:
 *
 *     [upstream]
 *     enabled = true
 *     url = "https://mooncakes.io"
 *     index_url = "https://mooncakes.io/git/index"
 *
 * It is read as a `[[sources]]` table that is the default source, and becomes one in the text when a
 * command changes it. Beside `[[sources]]` it says nothing, as it always has.
 */
import { insertAtTop, insertLine, lineEnd, splice } from "./edit-text.ts";
import type { Value } from "./keys.ts";
import { PRESETS } from "./presets.ts";
import type { Table } from "./read-table.ts";
import { scan } from "./scan.ts";
import { writeKey, writePairs } from "./toml-value.ts";

export const UPSTREAM = "upstream";

/** What the source is called when its address is not one that is known by name. */
const NAME = "upstream";

/** Whether a file has its source in the older way. */
export function hasUpstream(data: Table): boolean {
  return data[UPSTREAM] !== undefined && data.sources === undefined;
}

/** What a `[[sources]]` table has to say beyond what the older one says. */
export function upstreamExtras(upstream: Table): Readonly<Record<string, Value>> {
  const { mooncakes } = PRESETS;
  const { url = mooncakes.url } = upstream;
  const isPublic = typeof url === "string" && url.replace(/\/+$/, "") === mooncakes.url;
  const extras: Record<string, Value> = isPublic
    ? {
        name: mooncakes.name,
        type: mooncakes.type,
        url: mooncakes.url,
        priority: mooncakes.priority,
      }
    : { name: NAME };
  return Object.fromEntries(Object.entries(extras).filter(([key]) => upstream[key] === undefined));
}

/**
 * Turns the older table of a text into a source, with every comment where it is. A table that is not
 * written as `[upstream]` is left as it is.
 *
 * @param data what the text stands for
 */
export function withoutUpstream(text: string, data: Table): string {
  if (!hasUpstream(data)) return text;
  const upstream = data[UPSTREAM] as Table;
  const extras = upstreamExtras(upstream);
  const lines = writePairs(extras).join(lineEnd(text));
  let result = text;
  for (const statement of scan(text).statements.toReversed()) {
    if (statement.kind !== "table" || statement.path[0] !== UPSTREAM) continue;
    const [, ...below] = statement.path;
    const name = below.length === 0 ? "[[sources]]" : `[${writeKey(["sources", ...below])}]`;
    const header = text.slice(statement.start, statement.end).replace(/\[[^\]]*\]/, name);
    result = splice(result, statement, header);
    const end = statement.start + header.length;
    if (below.length === 0) result = insertLine(result, end, lines);
  }
  if (result === text || data.default_source !== undefined) return result;
  const name = String(upstream.name ?? extras.name);
  return insertAtTop(result, writePairs({ default_source: name })[0]!);
}
