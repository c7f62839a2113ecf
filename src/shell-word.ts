/** Words for lines that a person is to paste into a shell. */

/**
 * A path or name of the user's as one word of a command, whatever is in it: for POSIX shells, or on Windows
 * for its own two.
 */
export function shellWord(text: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === "win32") return /^[\w./@%+=:,\\-]+$/.test(text) ? text : `"${text}"`;
  return /^[\w./@%+=:,-]+$/.test(text) ? text : quoted(text);
}

/** In single quotes, where nothing means anything but the quote itself. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
