/** What is said of a stored archive whose bytes are not what its name says. */
import { Failure, messageOf } from "../errors.ts";
import type { Sha256 } from "./archive-store.ts";

/** @param cause when its file cannot be read */
export function damagedArchive(sha256: Sha256, cause?: unknown): Failure {
  const why = cause === undefined ? "" : `: ${messageOf(cause)}`;
  const hint = "run `moonbit-registry verify --repair` on its server";
  return new Failure("integrity", `the stored archive ${sha256} is damaged${why}`, hint, { cause });
}
