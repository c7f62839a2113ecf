/**
 * What lies beside a portable registry, so that it is served from any machine that it is plugged
 * into.
 *
 * Each launcher copies the program to the machine's own disk and starts it there: many systems run
 * nothing from a FAT stick, and a program that lies on a stick dies when that is pulled out.
 */
import readme from "./launchers/README.txt" with { type: "text" };
import bat from "./launchers/serve.bat" with { type: "text" };
import command from "./launchers/serve.command" with { type: "text" };
import sh from "./launchers/serve.sh" with { type: "text" };

const crlf = (text: string): string => text.replace(/\r?\n/g, "\r\n");

/** Text by file name. Windows wants its own line ends. */
export const LAUNCHERS: Readonly<Record<string, string>> = {
  "README.txt": crlf(readme),
  "serve.bat": crlf(bat),
  "serve.command": command,
  "serve.sh": sh,
};
