/**
 * A file system of its own that can be filled to the last byte and emptied again. It is mounted, which
 * takes root, or a sudo that asks for no password.
 */
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDirectory } from "./temp.ts";

export interface SmallDisk extends AsyncDisposable {
  readonly dir: string;
  /** Fills it until only so many bytes are free, rounded down to what it gives out at a time. */
  leave(bytes: number): void;
  /** Frees what `leave` took. */
  makeRoom(): void;
}

const AS_ROOT = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
const BLOCK = 4096;

async function works(...command: readonly string[]): Promise<boolean> {
  const [program, ...rest] = [...AS_ROOT, ...command];
  if (process.platform !== "linux" || !Bun.which(program!)) return false;
  const child = Bun.spawn([program!, ...rest], { stdio: ["ignore", "ignore", "ignore"] });
  return (await child.exited) === 0;
}

async function mount(dir: string, megabytes: number): Promise<boolean> {
  const owner = `uid=${process.getuid?.()},gid=${process.getgid?.()}`;
  return await works("mount", "-t", "tmpfs", "-o", `size=${megabytes}m,${owner}`, "tmpfs", dir);
}

/** Whether this machine lets us have one. */
export async function canMount(): Promise<boolean> {
  const dir = tempDirectory("mount");
  return (await mount(dir, 1)) && (await works("umount", dir));
}

/** @throws {Error} where `canMount` said no */
export async function createSmallDisk(megabytes: number): Promise<SmallDisk> {
  const dir = tempDirectory("disk");
  if (!(await mount(dir, megabytes))) throw new Error(`cannot mount a tmpfs at ${dir}`);
  const ballast = join(dir, "ballast");
  const makeRoom = () => rmSync(ballast, { force: true });
  return {
    dir,
    leave(bytes) {
      makeRoom();
      const { bavail, bsize } = statfsSync(dir);
      const taken = bavail * bsize - Math.ceil(bytes / BLOCK) * BLOCK;
      writeFileSync(ballast, Buffer.alloc(Math.max(0, taken)));
    },
    makeRoom,
    async [Symbol.asyncDispose]() {
      // Lazily: also when a test that failed leaves something open.
      if (!(await works("umount", "--lazy", dir))) throw new Error(`cannot unmount ${dir}`);
    },
  };
}
