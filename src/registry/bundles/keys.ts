/** Makes the keys that sign bundles. */
import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { generateKey, type PublicKey } from "../../bundles/mod.ts";
import { Failure } from "../../errors.ts";
import { writeDurably } from "../../files/mod.ts";

/**
 * Writes a private key to a file that only its owner may read, and the public one beside it.
 *
 *     release.key       PEM
 *     release.key.pub   ed25519:…
 *
 * @throws {Failure} "exists" when a file is there: a key that is lost cannot be had again
 */
export async function makeKey(file: string): Promise<{ publicKey: PublicKey; files: string[] }> {
  const files = [file, `${file}.pub`];
  const taken = files.find((each) => existsSync(each));
  if (taken !== undefined) {
    throw new Failure("exists", `there is a file ${taken}`, "choose another name");
  }
  const { privateKey, publicKey } = generateKey();
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(privateKey);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await writeDurably(`${file}.pub`, `${publicKey}\n`);
  return { publicKey, files };
}
