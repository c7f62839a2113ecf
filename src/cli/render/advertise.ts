/** What to tell colleagues, so that they can install and use a running registry. Pure. */
import { REGISTRY_VARIABLE } from "../moon.ts";

/** @param urls under which others reach it, the likeliest first */
export function advertisement(urls: readonly string[]): string {
  const blocks = urls.map((url) =>
    [
      `${url}`,
      `  install, Linux and macOS:  curl -fsSL ${url}/install.sh | sh`,
      `  install, Windows:          irm ${url}/install.ps1 | iex`,
      `  moon, sh:                  export ${REGISTRY_VARIABLE}=${url}`,
      `  moon, PowerShell:          $env:${REGISTRY_VARIABLE} = "${url}"`,
    ].join("\n"),
  );
  return ["For colleagues:", ...blocks].join("\n\n");
}
