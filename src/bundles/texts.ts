/** The files of a bundle that are for people and their tools. Decided by the rest of it. */
import { isArchive, type Manifest, README } from "./manifest.ts";

export const MANIFEST = "manifest.json";
export const SIGNATURE = "manifest.sig";
export const SUMS = "SHA256SUMS";

/** For whoever finds the file and wonders. */
export function readmeText(
  manifest: Omit<Manifest, "files">,
  archives: number,
  bytes: number,
): string {
  const { registry, base, number } = manifest;
  return `A bundle of the moonbit-registry ${JSON.stringify(registry)}: packages for MoonBit, with their index.

Number:    ${number} of this registry
Contains:  ${archives} archives, ${bytes} bytes
${base === null ? "Needs:     nothing before it" : `Needs:     the bundle ${base} before it`}

manifest.json says all of it, with the SHA-256 of every file. Its own SHA-256 is this bundle's id.

    sha256sum -c SHA256SUMS            checks what tar has unpacked, or a bundle that is a directory
    moonbit-registry import --list FILE    shows what is in it
    moonbit-registry import FILE       checks it and takes it into a registry
`;
}

/** What `sha256sum -c` reads. */
export function sumsText(manifestSha256: string, { files }: Manifest): string {
  const [readme, ...rest] = files;
  const lines = [
    ...(readme ? [`${readme.sha256}  ${README}`] : []),
    `${manifestSha256}  ${MANIFEST}`,
    ...rest.map(({ sha256, path }) => `${sha256}  ${path}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** Archives and their bytes. */
export function countArchives({ files }: Manifest): { archives: number; bytes: number } {
  const archives = files.filter(isArchive);
  return { archives: archives.length, bytes: archives.reduce((sum, { size }) => sum + size, 0) };
}
