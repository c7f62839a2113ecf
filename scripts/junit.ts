/** Reads how a run of `bun test` went from its JUnit report: the root's attributes are its totals. */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** @param path of the report; when there is none, no test ran */
export async function readCounts(path: string): Promise<Counts> {
  const file = Bun.file(path);
  return (await file.exists()) ? parseCounts(await file.text()) : parseCounts("");
}

export function parseCounts(xml: string): Counts {
  const root = /<testsuites\b[^>]*>/.exec(xml)?.[0] ?? "";
  const attribute = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(root)?.[1] ?? 0);
  const failed = attribute("failures") + attribute("errors");
  const skipped = attribute("skipped");
  return { passed: attribute("tests") - failed - skipped, failed, skipped };
}

/**
 * The closing line of a run. A file that throws outside its tests fails the run but no test: it is
 * counted as one.
 */
export function summaryLine(counts: Counts, exitCode: number): string {
  const failed = exitCode !== 0 && counts.failed === 0 ? 1 : counts.failed;
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  return `${counts.passed} passed, ${failed} failed${skipped}`;
}
