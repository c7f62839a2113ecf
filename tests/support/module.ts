/** Modules on disk, for publishing. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { tempDirectory } from "./temp.ts";

export interface SampleModule {
  readonly name?: string;
  readonly version?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Contents by path, besides manifest, README, LICENSE and one source. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Writes a module that may be published, and returns its directory. */
export function writeModule(sample: SampleModule = {}, dir = tempDirectory("module")): string {
  const { name = "alice/json", version = "0.1.0", fields, files } = sample;
  const manifest = { name, version, license: "Apache-2.0", readme: "README.md", ...fields };
  return writeFiles(dir, {
    "moon.mod.json": `${JSON.stringify(manifest, null, 2)}\n`,
    "README.md": `# ${name}\n`,
    LICENSE: "Apache License\n",
    "src/lib.mbt": 'pub fn hello() -> String { "hello" }\n',
    "src/moon.pkg.json": "{}\n",
    ...files,
  });
}

/** Writes files below a directory, which it returns. */
export function writeFiles(dir: string, files: Readonly<Record<string, string>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
  return dir;
}
