/**
 * Ed25519 signatures over a bundle's manifest, which hashes all the rest. Source: RFC 8032; keys as in
 * RFC 8410, so that openssl reads them too.
 *
 *     manifest.sig   ed25519:<public key> <signature>     both in base64
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { Failure } from "../errors.ts";
import { damaged } from "./manifest.ts";

/** `ed25519:` and 32 bytes in base64. */
export type PublicKey = string;

const PREFIX = "ed25519:";
/** SubjectPublicKeyInfo of an Ed25519 key is this, then the key. */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** A new pair: the private key as PEM. */
export function generateKey(): { privateKey: string; publicKey: PublicKey } {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  return { privateKey: pem, publicKey: publicKeyOf(privateKey) };
}

/** @throws {Failure} "invalid" for what is no private key */
export function readPrivateKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // Told below: what the library says of it is no help, and might quote it.
  }
  throw new Failure(
    "invalid",
    "that is no private Ed25519 key",
    "make one with `key generate FILE`, and sign with FILE",
  );
}

/** @throws {Failure} "invalid" for what is no public key */
export function readPublicKey(text: string): PublicKey {
  const line = text.trim();
  const raw = Buffer.from(line.slice(PREFIX.length), "base64");
  if (raw.length === 32 && line === PREFIX + raw.toString("base64")) return line;
  throw new Failure(
    "invalid",
    "that is no public key",
    "it is one line, `ed25519:…`, as `key generate FILE` writes it to FILE.pub",
  );
}

export function publicKeyOf(key: KeyObject): PublicKey {
  const der = createPublicKey(key).export({ type: "spki", format: "der" });
  return PREFIX + der.subarray(SPKI.length).toString("base64");
}

/** The content of `manifest.sig`. */
export function signManifest(manifest: Uint8Array, key: KeyObject): string {
  return `${publicKeyOf(key)} ${sign(null, manifest, key).toString("base64")}\n`;
}

/**
 * Checks a signature, whoever it is by.
 *
 * @returns who signed
 * @throws {Failure} "integrity"
 */
export function checkSignature(manifest: Uint8Array, content: string): PublicKey {
  const [name = "", coded = ""] = content.trimEnd().split(" ");
  const raw = Buffer.from(name.slice(PREFIX.length), "base64");
  const signature = Buffer.from(coded, "base64");
  // One form only: a byte of it that means nothing could be changed.
  const form = `${PREFIX}${raw.toString("base64")} ${signature.toString("base64")}\n`;
  if (content === form && raw.length === 32) {
    const key = createPublicKey({ key: Buffer.concat([SPKI, raw]), type: "spki", format: "der" });
    if (verify(null, manifest, key, signature)) return name;
  }
  throw damaged("its signature does not fit");
}
