/** The user's guide, embedded: the README and every page of `docs/`. */
import { readGuides } from "./guides-macro.ts" with { type: "macro" };

export interface Guide {
  /** In its address: `mirroring` of `docs/mirroring.md`. */
  readonly name: string;
  /** Its first heading. */
  readonly title: string;
  /** In the project. */
  readonly path: string;
  readonly text: string;
}

/** Read after the others: it tells how it is made rather than how it is used. */
const LAST = "docs/DESIGN.md";

export const GUIDES: readonly Guide[] = readGuides()
  .map(([path, text]): Guide => {
    const name = path.replace(/^.*\/|\.md$/g, "").toLowerCase();
    const title = path === "README.md" ? "Overview" : (/^# (.+)$/m.exec(text)?.[1] ?? name);
    return { name, title, path, text };
  })
  .sort((a, b) => Number(a.path === LAST) - Number(b.path === LAST));
