/**
 * Edits of an array of texts element by element. What stands on an element's own line goes with it; comments on
 * lines of their own stay, as they may be about more than what is below them.
 *
 *     packages = [ # remembered          the head, up to the end of its line
 *       # the team's                     before "a/*"
 *       "a/*",  # pinned for ticket 12   the element, its comma, and what is behind
 *       # "b/*",                         the tail
 *     ]
 */
import { commaAfter, type Path, type Span, scan, startsWith } from "./scan.ts";
import { parseTexts, writeValue } from "./toml-value.ts";

/** What stands before something in an array: blanks, line ends, comments on lines of their own. */
interface Lead {
  readonly before: string;
  /** Whether that is the beginning of a line. */
  readonly beginsLine: boolean;
}

interface Element extends Lead {
  readonly written: string;
  /** Between the element and its comma; undefined when it has none. */
  readonly gap: string | undefined;
  /** The rest of the line, when nothing but a comment is on it. */
  readonly behind: string;
}

interface Layout {
  readonly head: string;
  readonly elements: readonly Element[];
  readonly tail: Lead;
}

/** The array that is written at a span with other texts in it; undefined when it has no lines or is none of texts. */
export function editArray(
  text: string,
  path: Path,
  { start, end }: Span,
  wanted: readonly string[],
): string | undefined {
  const array = text.slice(start, end);
  const old = parseTexts(array);
  // Without line ends there are no comments.
  if (old === undefined || !array.includes("\n")) return undefined;
  const spans = scan(text).members.filter(
    (each) => each.path.length === path.length + 1 && startsWith(each.path, path),
  );
  const layout = takeApart(text.slice(0, end - 1), start + 1, spans);
  const gone = new Set(layout.elements.keys());
  const places = wanted.map((value) => {
    const index = [...gone].find((each) => old[each] === value);
    if (index !== undefined) gone.delete(index);
    return index;
  });
  const { elements, tail } = withoutElements(layout, gone);
  const items = places.map((index, i) => (index === undefined ? wanted[i]! : elements[index]!));
  const written = `[${join({ ...layout, tail }, items)}]`;
  return items.length === 0 && !written.includes("#") ? "[]" : written;
}

const REST_OF_LINE = /[ \t]*(?:#[^\n]*)?\r?\n/y;

/** @param text up to the array's closing bracket */
function takeApart(text: string, from: number, spans: readonly Span[]): Layout {
  const restOfLine = (at: number): string => {
    REST_OF_LINE.lastIndex = at;
    return REST_OF_LINE.exec(text)?.[0] ?? "";
  };
  const head = restOfLine(from);
  let at = from + head.length;
  const lead = (end: number): Lead => ({
    before: text.slice(at, end),
    beginsLine: text[at - 1] === "\n",
  });
  const elements = spans.map(({ start, end }): Element => {
    const comma = commaAfter(text, end);
    const behind = restOfLine(comma?.end ?? end);
    const gap = comma && text.slice(end, comma.start);
    const element = { ...lead(start), written: text.slice(start, end), gap, behind };
    at = (comma?.end ?? end) + behind.length;
    return element;
  });
  return { head, elements, tail: lead(text.length) };
}

/** Hands what stands before each element that goes to whatever comes next. */
function withoutElements({ elements, tail }: Layout, gone: ReadonlySet<number>) {
  let moved = "";
  let beginsLine = false;
  const take = <L extends Lead>(next: L): L => {
    const taken = {
      ...next,
      before: moved + next.before,
      beginsLine: beginsLine || next.beginsLine,
    };
    moved = "";
    beginsLine = false;
    return taken;
  };
  const left = elements.map((element, index) => {
    if (!gone.has(index)) return take(element);
    if (element.before.includes("#")) moved += element.before.replace(/[ \t]*$/, "");
    beginsLine ||= element.beginsLine;
    return element;
  });
  return { elements: left, tail: take(tail) };
}

/** @param items texts are new */
function join({ head, elements, tail }: Layout, items: readonly (Element | string)[]): string {
  const indent = /(?:^|\n)([ \t]*)$/.exec(elements[0]?.before ?? "  ")?.[1] ?? "  ";
  const lines = head + elements.map(({ before, behind }) => before + behind).join("");
  const eol = lines.includes("\r\n") ? "\r\n" : "\n";
  const endsWithComma = elements.at(-1)?.gap !== undefined || elements.length === 0;
  let result = head;
  const begin = (isWanted: boolean) => {
    if (isWanted && !result.endsWith("\n")) result += eol;
  };
  for (const [index, item] of items.entries()) {
    const comma = index < items.length - 1 || endsWithComma ? "," : "";
    if (typeof item === "string") {
      const isAlone = result.endsWith("\n");
      result += `${isAlone ? indent : " "}${writeValue(item)}${comma}${isAlone ? eol : ""}`;
    } else {
      begin(item.beginsLine);
      const { before, written, gap, behind } = item;
      // A comma below a comment stays where it is.
      result += `${before}${written}${gap ? `${gap},` : comma}${behind}`;
    }
  }
  begin(tail.beginsLine);
  return result + tail.before;
}
