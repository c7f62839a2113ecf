/**
 * The machines that executables are made for, and what their files are called. `install.sh` works
 * the same names out from `uname`.
 *
 *     dist/moonbit-registry                     this machine's
 *     dist/moonbit-registry-linux-arm64-musl    a release's
 *     dist/moonbit-registry-windows-x64.exe
 *     dist/SHA256SUMS
 */

export interface Target {
  /** Bun's name for the machine. */
  readonly bun: Bun.Build.CompileTarget;
  /** The file below `dist/`. */
  readonly file: string;
}

export const NAME = "moonbit-registry";

export const HOST_FILE: string = process.platform === "win32" ? `${NAME}.exe` : NAME;

export const TARGETS: readonly Target[] = [
  { bun: "bun-linux-x64", file: `${NAME}-linux-x64` },
  { bun: "bun-linux-x64-musl", file: `${NAME}-linux-x64-musl` },
  { bun: "bun-linux-arm64", file: `${NAME}-linux-arm64` },
  { bun: "bun-linux-arm64-musl", file: `${NAME}-linux-arm64-musl` },
  { bun: "bun-darwin-x64", file: `${NAME}-macos-x64` },
  { bun: "bun-darwin-arm64", file: `${NAME}-macos-arm64` },
  { bun: "bun-windows-x64", file: `${NAME}-windows-x64.exe` },
];

/** The text of `SHA256SUMS`, by name, in the format of sha256sum(1). */
export function checksumLines(
  files: Iterable<{ readonly file: string; readonly bytes: Uint8Array }>,
): string {
  return [...files]
    .sort((a, b) => (a.file < b.file ? -1 : 1))
    .map(({ file, bytes }) => `${Bun.SHA256.hash(bytes, "hex")}  ${file}\n`)
    .join("");
}
