/** The built executable, for tests that drive it as its user does. */
import { existsSync } from "node:fs";
import { join } from "node:path";

const FILE = process.platform === "win32" ? "moonbit-registry.exe" : "moonbit-registry";

/** Its absolute path: `npm test` names the one that it built. */
export function binary(): string {
  const path = process.env.MOONBIT_REGISTRY_BIN ?? join(import.meta.dir, "..", "..", "dist", FILE);
  if (!existsSync(path)) throw new Error(`no executable at ${path}: run \`npm run build\` first`);
  return path;
}
