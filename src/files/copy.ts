/** Writes a stream to a file so that it is whole and durable under its name, or not there. */
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { syncDirectory, temporaryIn } from "./durable.ts";

/**
 * @param options.mode permissions, where the file system has any
 * @param options.accept asked with the SHA-256 of what was read, before it gets its name; throws to
 *   refuse it
 * @returns the SHA-256, lower-case hex
 */
export async function copyDurably(
  from: Blob,
  to: string,
  options: { readonly mode: number; readonly accept?: (sha256: string) => void },
): Promise<string> {
  const temporary = temporaryIn(dirname(to));
  const hash = new Bun.CryptoHasher("sha256");
  try {
    const file = await open(temporary, "wx", options.mode);
    try {
      for await (const chunk of from.stream()) {
        hash.update(chunk);
        await file.writeFile(chunk);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    const sha256 = hash.digest("hex");
    options.accept?.(sha256);
    await rename(temporary, to);
    await syncDirectory(dirname(to));
    return sha256;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
