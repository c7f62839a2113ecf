/**
 * Where prebuilt programs are, and which a module may have. A program is a package with a `main`;
 * which of them the upstream built is written nowhere, so each is asked for.
 *
 *     assets/moonbitlang/parser@0.3.3/cmd/moonfmt/moonfmt.wasm          and the same + .sha256
 *     assets/moonbitlang/yacc@0.7.8/yacc.wasm                           of the module's own root
 */
import { isModuleName } from "../../index/mod.ts";
import type { ModuleZip } from "../../packaging/mod.ts";

export interface AssetName {
  readonly module: string;
  readonly version: string;
  /** Below the module, such as `cmd/moonfmt`; empty for the module's root. */
  readonly packagePath: string;
}

/** @example assetPath({ module: "a/b", version: "1.0.0", packagePath: "" }) → "a/b@1.0.0/b.wasm" */
export function assetPath({ module, version, packagePath }: AssetName): string {
  const folder = packagePath === "" ? "" : `${packagePath}/`;
  const stem = (packagePath || module).split("/").at(-1);
  return `${module}@${version}/${folder}${stem}.wasm`;
}

/** The name that a path stands for; undefined for what is no asset's path. */
export function parseAssetPath(path: string): AssetName | undefined {
  const match = /^([^/@]+\/[^/@]+)@([^/@]+)\/(?:([^@]+)\/)?[^/@]+\.wasm$/.exec(path);
  if (!match) return undefined;
  const name = { module: match[1]!, version: match[2]!, packagePath: match[3] ?? "" };
  const isSafe = isModuleName(`${name.module}/${name.packagePath || "x"}`);
  return isSafe && assetPath(name) === path ? name : undefined;
}

/** A package's settings are this long at the most; more is no program of anybody's. */
const MAX_SETTINGS = 256 * 1024;
const SETTINGS = /(?:^|\/)moon\.pkg(?:\.json)?$/;
/** In JSON and in the newer settings alike. Too much found costs a request that finds nothing. */
const IS_MAIN = /"?is-main"?\s*[:=]\s*true/;

/**
 * The packages of a module that are programs.
 *
 * @param sourceRoot the manifest's `source`: the folder that holds the packages, or empty
 */
export async function programsIn(zip: ModuleZip, sourceRoot: string): Promise<string[]> {
  const root = sourceRoot.replace(/^\.?\/+|\/+$/g, "").replace(/^\.$/, "");
  const prefix = root === "" ? "" : `${root}/`;
  const found = new Set<string>();
  for (const { path, size } of zip.files) {
    if (!SETTINGS.test(path) || !path.startsWith(prefix) || size > MAX_SETTINGS) continue;
    const text = (await zip.read(path, MAX_SETTINGS))?.toString("utf8") ?? "";
    if (IS_MAIN.test(text)) found.add(path.slice(prefix.length).replace(SETTINGS, ""));
  }
  return [...found].sort();
}
