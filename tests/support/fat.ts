/**
 * A real FAT32 file system in an image, mounted by the kernel or by FUSE, for tests that lay out a
 * stick. Where the machine has no tool for it, or forbids mounting, there is none.
 */
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDirectory } from "./temp.ts";

export interface FatImage extends AsyncDisposable {
  /** Where it appears while it is mounted. */
  readonly dir: string;
  /** False: only copied to, as the driver loses what is written to a file while others are made. */
  readonly takesWriters: boolean;
  mount(mode: "rw" | "ro"): Promise<void>;
  unmount(): Promise<void>;
  /** Takes it away from under whoever uses it, as a hand does. */
  pull(): Promise<void>;
}

/** How to mount an image here, tried in this order. */
const WAYS = [
  (image: string, dir: string, mode: string) => ["mount", "-o", `loop,${mode}`, image, dir],
  (image: string, dir: string, mode: string) => [
    "fusefat",
    "-o",
    mode === "rw" ? "rw+" : "ro",
    image,
    dir,
  ],
];

async function works(command: readonly string[]): Promise<boolean> {
  if (!Bun.which(command[0]!)) return false;
  const child = Bun.spawn([...command], { stdio: ["ignore", "ignore", "ignore"] });
  return (await child.exited) === 0;
}

/** @returns undefined where FAT cannot be had; the reason is told */
export async function createFatImage(megabytes: number): Promise<FatImage | undefined> {
  const root = tempDirectory("fat");
  const image = join(root, "stick.img");
  const dir = join(root, "stick");
  mkdirSync(dir);
  writeFileSync(image, "");
  truncateSync(image, megabytes * 1024 * 1024);
  const mkfs = Bun.which("mkfs.vfat", { PATH: `${process.env.PATH}:/sbin:/usr/sbin` });
  if (!mkfs || !(await works([mkfs, "-F", "32", image]))) return skipped("there is no mkfs.vfat");
  for (const [at, way] of WAYS.entries()) {
    if (!(await works(way(image, dir, "rw")))) continue;
    let isMounted = true;
    const umount = async (...options: string[]) => {
      const done = !isMounted || (await works(["umount", ...options, dir]));
      if (!done) throw new Error(`cannot unmount ${dir}`);
      isMounted = false;
    };
    return {
      dir,
      takesWriters: at === 0,
      async mount(mode) {
        if (!(await works(way(image, dir, mode)))) throw new Error(`cannot mount ${image}`);
        isMounted = true;
      },
      unmount: () => umount(),
      pull: () => umount("--lazy"),
      // Also while a test that failed leaves something open.
      [Symbol.asyncDispose]: () => umount("--lazy"),
    };
  }
  return skipped("it can be mounted neither by the kernel nor by fusefat");
}

function skipped(why: string): undefined {
  process.stderr.write(`skipped: no FAT image: ${why}\n`);
  return undefined;
}

/** Copies a tree without its permissions, which FAT has none of and some drivers refuse to set. */
export function copyTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else writeFileSync(target, readFileSync(source));
  }
}
