/** @returns the SHA-256 of all its bytes, lower-case hex, read piece by piece */
export async function sha256Of(body: Blob): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256");
  for await (const chunk of body.stream()) hash.update(chunk);
  return hash.digest("hex");
}
