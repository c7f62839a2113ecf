/** Writes a stream to a file so that it is whole and durable under its name, or not there. */
import { writtenDurably } from "./durable.ts";

/**
 * The directory has to be there.
 *
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
  return await writtenDurably(to, options.mode, async (file) => {
    const hash = new Bun.CryptoHasher("sha256");
    for await (const chunk of from.stream()) {
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    const sha256 = hash.digest("hex");
    options.accept?.(sha256);
    return sha256;
  });
}
