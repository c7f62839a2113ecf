/** What a command finds around it. */
import { isAbsolute, relative } from "node:path";
import { findRegistry } from "../config/mod.ts";
import type { Output } from "./output.ts";

export interface Context {
  readonly out: Output;
  /** What --dir says. */
  readonly dir: string | undefined;
  /**
   * The registry's `registry.toml`; a relative path when that is shorter to read.
   *
   * @throws {Failure} "no-registry"
   */
  file(): string;
}

export function createContext(out: Output, dir: string | undefined): Context {
  return {
    out,
    dir,
    file() {
      const cwd = process.cwd();
      const file = findRegistry(dir, cwd, process.execPath);
      const near = relative(cwd, file);
      return near.startsWith("..") || isAbsolute(near) ? file : near;
    },
  };
}
