/** Reads a secret: from a pipe, or typed without being shown. */
import { Failure } from "../errors.ts";

const MAX_LENGTH = 4_096;

/** The first line of what is piped in. @throws {Failure} "usage" when there is none */
export async function pipedSecret(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > MAX_LENGTH) break;
  }
  const line = text.split("\n")[0]!.trim();
  if (line === "") throw new Failure("usage", "there is no token on stdin");
  return line;
}

/** Asks on a terminal. @throws {Failure} "interrupted" at Ctrl-C */
export async function askSecret(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(prompt);
  stdin.setRawMode(true);
  try {
    let text = "";
    for await (const chunk of stdin) {
      for (const letter of String(chunk)) {
        if (letter === "\u0003") throw new Failure("interrupted", "nothing was kept");
        if (letter === "\r" || letter === "\n" || letter === "\u0004") return text.trim();
        text = letter === "\u007f" || letter === "\b" ? text.slice(0, -1) : text + letter;
      }
    }
    return text.trim();
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\n");
  }
}
