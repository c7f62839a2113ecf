/** Removals from TOML text that take their own comments along and leave all others. */
import { attachedStart, insertAtTop, lineEnd, sectionEnd, splice } from "./edit-text.ts";
import { commaAfter, type Member, type Path, samePath, scan, startsWith } from "./scan.ts";

/** Removes a key or an array element. A comment behind a key stays, as a line of its own. */
export function removeMember(text: string, path: Path): string {
  const { statements, members } = scan(text);
  const member = members.find((each) => samePath(each.path, path));
  if (!member) return text;
  const line = statements.find(
    (each) => each.kind === "pair" && each.start <= member.start && member.end <= each.end,
  );
  if (line?.kind === "pair" && samePath(line.path, path)) {
    const note = text.slice(member.end, line.end).trim();
    return splice(text, line, note === "" ? "" : note + lineEnd(text));
  }
  const siblings = members.filter(
    (each) => each.path.length === path.length && startsWith(each.path, path.slice(0, -1)),
  );
  return removeBetweenCommas(text, member, siblings);
}

/** Takes the comma behind, or else the one before; comments between the members stay. */
function removeBetweenCommas(text: string, member: Member, siblings: readonly Member[]): string {
  const before = siblings.filter(({ end }) => end <= member.start).at(-1);
  const comma = commaAfter(text, member.end) ?? (before && commaAfter(text, before.end));
  if (!comma) return splice(text, member, "");
  return comma.start < member.start
    ? splice(splice(text, member, ""), comma, "")
    : splice(splice(text, comma, ""), member, "");
}

/** Moves a key, its comments with it, to before the first table. */
export function moveToTop(text: string, path: Path): string {
  const { statements, members } = scan(text);
  const index = statements.findIndex((each) => each.kind === "pair" && samePath(each.path, path));
  if (index < 0) {
    const member = members.find((each) => samePath(each.path, path))!;
    return insertAtTop(removeMember(text, path), text.slice(member.start, member.end));
  }
  const first = attachedStart(statements, index);
  const lines = text.slice(statements[first]!.start, statements[index]!.end).trimEnd();
  // The gap above goes too, when another is below.
  let start = first;
  if ((statements[index + 1]?.kind ?? "blank") === "blank") {
    while (statements[start - 1]?.kind === "blank") start--;
  }
  const span = { start: statements[start]!.start, end: statements[index]!.end };
  return insertAtTop(splice(text, span, ""), lines);
}

/** Removes the tables at and below a path, with their comments directly above and inside. */
export function removeTables(text: string, path: Path): string {
  const { statements } = scan(text);
  let result = text;
  for (let i = statements.length - 1; i >= 0; i--) {
    const header = statements[i]!;
    if (header.kind !== "table" || !startsWith(header.path, path)) continue;
    const first = attachedStart(statements, i);
    let end = sectionEnd(statements, i);
    // One of the gaps around it goes too.
    const isApart = first === 0 || statements[first - 1]!.kind === "blank";
    while (isApart && statements[end]?.kind === "blank") end++;
    const span = { start: statements[first]!.start, end: statements[end - 1]!.end };
    result = splice(result, span, "");
  }
  return result;
}
