/**
 * The machines that there are executables for, and what their files are called; `install.sh` and
 * `install.ps1` work the same names out.
 *
 *     moonbit-registry-linux-arm64-musl
 *     moonbit-registry-windows-x64.exe
 *     SHA256SUMS                           in the format of sha256sum(1)
 */
import { closeSync, openSync, readSync } from "node:fs";

export const NAME = "moonbit-registry";
export const SUMS = "SHA256SUMS";

export const EXECUTABLES: readonly string[] = [
  "linux-x64",
  "linux-x64-musl",
  "linux-arm64",
  "linux-arm64-musl",
  "macos-x64",
  "macos-arm64",
  "windows-x64.exe",
].map((machine) => `${NAME}-${machine}`);

export interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly musl: boolean;
}

/** What a machine's executable is called; undefined when none is made for it. */
export function executableFor({ platform, arch, musl }: Machine): string | undefined {
  const system = { linux: "linux", darwin: "macos", win32: "windows" }[platform];
  const ending = platform === "win32" ? ".exe" : musl ? "-musl" : "";
  const name = `${NAME}-${system}-${arch}${ending}`;
  return EXECUTABLES.includes(name) ? name : undefined;
}

export interface OwnExecutable {
  /** As it is called for others. */
  readonly name: string;
  readonly path: string;
}

/** The executable that runs now; undefined when the program runs from its source. */
export function ownExecutable(): OwnExecutable | undefined {
  // Where Bun keeps the files of an executable.
  if (!/[/\\](?:\$bunfs|~BUN)[/\\]/.test(Bun.main)) return undefined;
  const { platform, arch, execPath: path } = process;
  const musl = platform === "linux" && isForMusl(path);
  const name = executableFor({ platform, arch, musl });
  return name === undefined ? undefined : { name, path };
}

/** An ELF file names its loader near its start. Source: elf(5), PT_INTERP. */
function isForMusl(path: string): boolean {
  const start = Buffer.alloc(4096);
  const file = openSync(path, "r");
  try {
    readSync(file, start, 0, start.length, 0);
  } finally {
    closeSync(file);
  }
  return start.includes("/ld-musl-");
}
