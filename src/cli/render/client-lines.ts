/** The client's configuration as lines to paste. Pure. */

import { quoted } from "../../shell-word.ts";
import { REGISTRY_VARIABLE } from "../moon.ts";

export const LINE_KINDS = ["sh", "powershell", "ci"] as const;
export type LineKind = (typeof LINE_KINDS)[number];

export function clientLines(kind: LineKind, url: string): string {
  if (kind === "sh") return `export ${REGISTRY_VARIABLE}=${quoted(url)}`;
  if (kind === "powershell") return `$env:${REGISTRY_VARIABLE} = '${url.replaceAll("'", "''")}'`;
  const pair = `  ${REGISTRY_VARIABLE}: ${JSON.stringify(url)}`;
  return `# GitHub Actions\nenv:\n${pair}\n\n# GitLab CI\nvariables:\n${pair}`;
}
