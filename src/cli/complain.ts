/** Tells of a failure: a line on what, a line on what to do next, or one line of JSON. */
import { Failure, messageOf } from "../errors.ts";

export interface ComplaintOptions {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly red: (text: string) => string;
}

/** The text for stderr, with its line end. */
export function complaint(error: unknown, { json, verbose, red }: ComplaintOptions): string {
  const { code, message, hint } = described(error);
  if (json) {
    const details = error instanceof Failure ? error.details : undefined;
    const told = { code, message, ...(hint !== undefined && { hint }), ...details };
    return `${JSON.stringify({ error: told })}\n`;
  }
  const lines = [`${red("error:")} ${message}`];
  if (hint !== undefined) lines.push(`${red("hint:")}  ${hint}`);
  if (verbose && error instanceof Error) lines.push(stackOf(error));
  return `${lines.join("\n")}\n`;
}

function described(error: unknown): { code: string; message: string; hint?: string | undefined } {
  if (error instanceof Failure) return error;
  const message = `unexpected: ${messageOf(error).split("\n")[0]}`;
  return {
    code: "bug",
    message,
    hint: "this is a bug; run it again with -v and report what it says",
  };
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
