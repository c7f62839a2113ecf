/** Signatures over a bundle's manifest. */
import { expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { generateKey, readPrivateKey, readPublicKey, signManifest } from "../../src/bundles/mod.ts";
import { checkSignature, publicKeyOf } from "../../src/bundles/sign.ts";

const MANIFEST = Buffer.from("a manifest");
const { privateKey, publicKey } = generateKey();
const key = readPrivateKey(privateKey);
const SIGNATURE = signManifest(MANIFEST, key);

test("a signature tells who signed", () => {
  expect(checkSignature(MANIFEST, SIGNATURE)).toBe(publicKey);
  expect(publicKeyOf(key)).toBe(publicKey);
  expect(readPublicKey(`${publicKey}\n`)).toBe(publicKey);
});

const refused = expect.objectContaining({ code: "integrity" });

test("with any one character changed, left out or added, a signature is none", () => {
  for (let at = 0; at <= SIGNATURE.length; at++) {
    const [before, after] = [SIGNATURE.slice(0, at), SIGNATURE.slice(at + 1)];
    const other = SIGNATURE[at] === "A" ? "B" : "A";
    for (const changed of [before + other + after, `${before}${other}${SIGNATURE.slice(at)}`]) {
      expect(() => checkSignature(MANIFEST, changed)).toThrow(refused);
    }
    if (at === SIGNATURE.length) continue;
    expect(() => checkSignature(MANIFEST, before + after)).toThrow(refused);
  }
});

test("a signature is of one manifest and of one key", () => {
  expect(() => checkSignature(Buffer.from("another manifest"), SIGNATURE)).toThrow(refused);
  const [name] = signManifest(MANIFEST, readPrivateKey(generateKey().privateKey)).split(" ");
  const [, signature] = SIGNATURE.split(" ");
  expect(() => checkSignature(MANIFEST, `${name} ${signature}`)).toThrow(refused);
  expect(() => checkSignature(MANIFEST, "")).toThrow(refused);
});

test("what is no key is not taken for one", () => {
  const raw = Buffer.from(publicKey.slice("ed25519:".length), "base64");
  const short = raw.subarray(1).toString("base64");
  const long = Buffer.concat([raw, raw]).toString("base64");
  const texts = [`ed25519:${short}`, `ed25519:${long}`, publicKey.slice(0, -1), `${publicKey} x`];
  for (const text of ["", publicKey.slice(8), publicKey.toUpperCase(), ...texts]) {
    expect(() => readPublicKey(text)).toThrow("that is no public key");
  }
  const other = generateKeyPairSync("x25519").privateKey.export({ type: "pkcs8", format: "pem" });
  for (const pem of [other as string, publicKey, ""]) {
    expect(() => readPrivateKey(pem)).toThrow("that is no private Ed25519 key");
  }
});
