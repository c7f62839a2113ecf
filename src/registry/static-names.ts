/** The names that files of a static export can have. */
import { impossibleHere } from "../packaging/mod.ts";

/** Longer names fit into no common file system. */
const LONGEST_NAME = 255;

/**
 * Which names are taken, so that nothing overwrites another: also where the disk takes `A` for `a`,
 * and where a file and a directory want one name.
 */
export function createNames(platform: string = process.platform) {
  const taken = new Map<string, "file" | "directory">();
  return {
    /** @returns why the path cannot be had */
    claim(path: string): string | undefined {
      const parts = path.split("/");
      if (parts.some((part) => Buffer.byteLength(part) > LONGEST_NAME)) return "it is too long";
      const problem = impossibleHere(path, platform);
      if (problem !== undefined) return problem;
      const keys = parts.map((_, at) => keyOf(parts.slice(0, at + 1)));
      const parents = keys.slice(0, -1);
      const own = keys.at(-1)!;
      if (taken.has(own) || parents.some((key) => taken.get(key) === "file")) {
        return "another file has that name, perhaps in other letters";
      }
      for (const key of parents) taken.set(key, "directory");
      taken.set(own, "file");
      return undefined;
    },
  };
}

const keyOf = (parts: readonly string[]): string => parts.join("/").normalize("NFC").toLowerCase();
