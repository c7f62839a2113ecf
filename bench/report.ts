/** Results as a Markdown table, and as data. */
import { spread } from "./compare.ts";
import { isMet, type Measured, type Result, ratioOf } from "./result.ts";

const HEAD = [
  "| what | this program | beside | ratio: median (least to most) | goal |",
  "| --- | --- | --- | --- | --- |",
];

export function table(results: readonly Result[]): string {
  return [...HEAD, ...results.map(row)].join("\n");
}

function row(result: Result): string {
  if ("skipped" in result) return `| ${result.what} | skipped: ${result.skipped} |  |  |  |`;
  const { what, ours, unit, peer } = result;
  const ratio = ratioOf(result);
  const cells = [
    what,
    figure(spread(ours).median, unit),
    peer ? `${peer.name}: ${figure(spread(peer.figures).median, unit)}` : "",
    ratio ? `${short(ratio.median)} (${short(ratio.least)} to ${short(ratio.most)})` : "",
    goalText(result),
  ];
  return `| ${cells.join(" | ")} |`;
}

function figure(value: number, unit: string): string {
  return `${short(value)} ${unit}`;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

function goalText(measured: Measured): string {
  const { goal, unit } = measured;
  if (!goal) return "";
  const wanted = goal.of === "ratio" ? `ratio ${goal.sign}` : goal.sign;
  const value = goal.of === "ratio" ? `${goal.value}` : `${goal.value} ${unit}`;
  return `${wanted} ${value}: ${isMet(measured) ? "met" : "missed"}`;
}

/** Every figure, and what the table makes of them. */
export function data(results: readonly Result[]): unknown[] {
  return results.map((result) => {
    if ("skipped" in result) return result;
    const ratio = ratioOf(result);
    return { ...result, ...(ratio && { ratio }), ...(result.goal && { met: isMet(result) }) };
  });
}
