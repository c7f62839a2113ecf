/** How much a view lists, without reading what its lines say. */
import { gently } from "../../breath.ts";
import { MissingObjectError, type ObjectReader, type Oid } from "../../git/mod.ts";
import { changedModules } from "../../index/mod.ts";

export interface ViewSize {
  readonly modules: number;
  readonly versions: number;
}

/** Counts a view's modules and versions: all once, and then what each commit has changed of them. */
export function createViewMeasure(objects: ObjectReader) {
  let known: { readonly tree: Oid; readonly size: ViewSize } | undefined;
  const count = async (tree: Oid, from: typeof known): Promise<ViewSize> => {
    let { modules, versions } = from?.size ?? { modules: 0, versions: 0 };
    const changes = changedModules(objects, from?.tree, tree).values();
    for await (const { before, after } of gently(changes)) {
      modules += Number(after !== undefined) - Number(before !== undefined);
      versions += linesOf(objects, after) - linesOf(objects, before);
    }
    return { modules, versions };
  };
  return async (tip: Oid | undefined): Promise<ViewSize> => {
    if (tip === undefined) return { modules: 0, versions: 0 };
    const { tree } = objects.commit(tip);
    if (known?.tree === tree) return known.size;
    const size = await count(tree, known).catch((error: unknown) => {
      // The former tree may have been collected since.
      if (known && error instanceof MissingObjectError) return count(tree, undefined);
      throw error;
    });
    known = { tree, size };
    return size;
  };
}

/** How many versions a view lists no more that it listed as another commit. */
export async function versionsLost(
  objects: ObjectReader,
  before: Oid | undefined,
  after: Oid | undefined,
): Promise<number> {
  if (before === undefined || after === undefined || before === after) return 0;
  const trees = [before, after].map((tip) => objects.commit(tip).tree);
  let lost = 0;
  for await (const change of gently(changedModules(objects, trees[0], trees[1]!).values())) {
    lost += Math.max(0, linesOf(objects, change.before) - linesOf(objects, change.after));
  }
  return lost;
}

/** Versions in a module's file; none where there is no file. */
function linesOf(objects: ObjectReader, blob: Oid | undefined): number {
  return blob === undefined ? 0 : countLines(objects.read(blob).data);
}

const NEWLINE = 0x0a;

/** Lines that hold something: a view has one a version. */
function countLines(data: Uint8Array): number {
  let count = 0;
  for (let start = 0; start < data.length; ) {
    const found = data.indexOf(NEWLINE, start);
    const end = found < 0 ? data.length : found;
    if (end > start) count++;
    start = end + 1;
  }
  return count;
}
