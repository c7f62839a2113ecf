/** JSON Lines to which lines are only ever appended: every line that was there keeps its bytes. */
import { isRecord } from "../record.ts";

/** The objects of a file; what is none is passed over, as a later version may write other things. */
export function readLines(data: Buffer): Record<string, unknown>[] {
  return data
    .toString("utf8")
    .split("\n")
    .flatMap((line) => {
      const value = parsed(line);
      return isRecord(value) ? [value] : [];
    });
}

/** The file with one more line. */
export function appendLine(data: Buffer, line: object): Buffer {
  const whole = data.length === 0 || data.at(-1) === 0x0a;
  return Buffer.concat([data, Buffer.from(`${whole ? "" : "\n"}${JSON.stringify(line)}\n`)]);
}

function parsed(line: string): unknown {
  if (line === "") return undefined;
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
