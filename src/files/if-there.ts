/** What may not be there yet, which is no trouble; any other trouble is thrown as it comes. */
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { systemCode } from "../errors.ts";

/** A file's text, or undefined when there is no such file. */
export function readIfThere(path: string): string | undefined {
  return ifThere(() => readFileSync(path, "utf8"));
}

/** What is in a directory; nothing when there is no such directory. */
export function entriesOf(directory: string): Dirent[] {
  return ifThere(() => readdirSync(directory, { withFileTypes: true })) ?? [];
}

function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
