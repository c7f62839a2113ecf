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
  /** What FUSE has is only copied to: it loses what is written to a file while others are made. */
  readonly driver: "kernel" | "fuse";
  mount(mode: "rw" | "ro"): Promise<void>;
  unmount(): Promise<void>;
  /** Takes it away from under whoever uses it, as a hand does. */
  pull(): Promise<void>;
}

const MKFS = Bun.which("mkfs.vfat", { PATH: `${process.env.PATH}:/sbin:/usr/sbin` });

/** FAT32 has at least so many clusters. */
const LEAST_MEGABYTES = 64;

/** How to mount an image, tried in this order. */
const WAYS = [
  {
    driver: "kernel",
    mounting: (image: string, dir: string, mode: string) => [
      "mount",
      "-o",
      `loop,${mode}`,
      image,
      dir,
    ],
  },
  {
    driver: "fuse",
    mounting: (image: string, dir: string, mode: string) => [
      "fusefat",
      "-o",
      mode === "rw" ? "rw+" : "ro",
      image,
      dir,
    ],
  },
] as const;

async function works(command: readonly string[]): Promise<boolean> {
  if (!Bun.which(command[0]!)) return false;
  const child = Bun.spawn([...command], { stdio: ["ignore", "ignore", "ignore"] });
  return (await child.exited) === 0;
}

/** How FAT can be mounted here: by the kernel, by FUSE, or not at all. Found out once, by doing it. */
export const fatDriver: FatImage["driver"] | undefined = await findDriver();

async function findDriver(): Promise<FatImage["driver"] | undefined> {
  if (!MKFS) return undefined;
  await using image = await tryFatImage(LEAST_MEGABYTES);
  return image?.driver;
}

/** @throws where `fatDriver` says that there is none */
export async function createFatImage(megabytes: number): Promise<FatImage> {
  const image = await tryFatImage(megabytes);
  if (!image) throw new Error("FAT cannot be mounted here");
  return image;
}

async function tryFatImage(megabytes: number): Promise<FatImage | undefined> {
  const root = tempDirectory("fat");
  const file = join(root, "stick.img");
  const dir = join(root, "stick");
  mkdirSync(dir);
  writeFileSync(file, "");
  truncateSync(file, megabytes * 1024 * 1024);
  if (!(await works([MKFS!, "-F", "32", file]))) return undefined;
  for (const { driver, mounting } of WAYS) {
    if (!(await works(mounting(file, dir, "rw")))) continue;
    let isMounted = true;
    const umount = async (...options: string[]) => {
      const done = !isMounted || (await works(["umount", ...options, dir]));
      if (!done) throw new Error(`cannot unmount ${dir}`);
      isMounted = false;
    };
    return {
      dir,
      driver,
      async mount(mode) {
        if (!(await works(mounting(file, dir, mode)))) throw new Error(`cannot mount ${file}`);
        isMounted = true;
      },
      unmount: () => umount(),
      pull: () => umount("--lazy"),
      // Also while a test that failed leaves something open.
      [Symbol.asyncDispose]: () => umount("--lazy"),
    };
  }
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
