/**
 * The archive store: immutable bytes under their SHA-256, and nothing else. It knows no module, no
 * version and no index; no path appears in its interface, so that an object store can stand behind it.
 */

import type { Incoming } from "./incoming.ts";

/** Lower-case hex, 64 characters. */
export type Sha256 = string;

export interface StoredArchive {
  readonly sha256: Sha256;
  /** Bytes. */
  readonly size: number;
}

/** What a second look at a stored archive found. */
export interface CheckedArchive {
  /** Bytes that were read. */
  readonly size: number;
  /** What is wrong with it, such as `it hashes to 9f86…`; undefined when it is sound. */
  readonly problem: string | undefined;
  /** Whether it is not there at all. */
  readonly missing: boolean;
}

export interface ArchiveStore {
  /**
   * Stores a body, hashing it on the way. The bytes are durable (fsynced, renamed to their hash) when
   * this resolves. A body that is stored already takes the place of its equal.
   *
   * @param watch given the body while it comes in, if it comes as a stream
   * @throws {IntegrityError} when `expected` is given and the bytes hash to something else; nothing is kept
   */
  put(
    body: AsyncIterable<Uint8Array> | Uint8Array,
    expected?: Sha256,
    watch?: (incoming: Incoming) => void,
  ): Promise<StoredArchive>;
  /** Takes a body in without storing it yet, for those who have to look at it first. */
  stage(body: AsyncIterable<Uint8Array>): Promise<StagedArchive>;
  /** Opens a way to put many archives faster than one by one. */
  batch(): ArchiveBatch;
  /** Opens a way to put many archives all together, or none of them. */
  staging(): ArchiveStaging;
  /** The stored archive as a lazily read blob, or undefined when it is not here. */
  get(sha256: Sha256): Promise<Blob | undefined>;
  /**
   * Reads a small archive into memory and hashes it; undefined when it is not small, or not here. Blocks
   * the thread while it reads, which for small files costs a fifth of asking another thread.
   *
   * @throws {Failure} "integrity" when the bytes are not what their name says
   */
  load(sha256: Sha256): Blob | undefined;
  /** An empty file is none. */
  has(sha256: Sha256): boolean;
  /** Size in bytes, or undefined when it is not here. */
  size(sha256: Sha256): number | undefined;
  /** What tells an archive's bytes from any that might be put in their place; undefined when it is not here. */
  stamp(sha256: Sha256): string | undefined;
  /**
   * Reads an archive through and hashes it, a piece a step, so that the caller may take a breath. A step blocks
   * the thread, which is four times as quick as asking other threads.
   */
  check(sha256: Sha256): Generator<undefined, CheckedArchive>;
  /** Files among the archives that are none, or stand in the wrong place. */
  strays(): Promise<string[]>;
  /** Copies an archive's bytes as they are, good or bad, to a file of another directory. */
  copyTo(sha256: Sha256, path: string): Promise<void>;
  /**
   * Every stored hash, in no particular order. Costs one directory listing a shard, no stat: so those of empty files
   * are among them.
   */
  list(): Promise<Set<Sha256>>;
  delete(sha256: Sha256): Promise<void>;
}

/** A body that is here whole, and not in the store. */
export interface StagedArchive extends StoredArchive {
  readonly body: Blob;
  /** Stores it: durable when this resolves. At most once. */
  place(): Promise<void>;
  /** Removes it, unless it was placed. */
  discard(): Promise<void>;
}

/** Puts that become visible and durable together, now and then. */
export interface ArchiveBatch {
  /**
   * Takes a body in. It is verified when this resolves; it is in the store at the latest when `close`
   * resolves.
   *
   * @throws {IntegrityError} as `put`
   */
  add(body: AsyncIterable<Uint8Array> | Uint8Array, expected?: Sha256): Promise<StoredArchive>;
  /** Makes all that was added durable. */
  close(): Promise<void>;
}

/** Archives that are here and not in the store, until all are. */
export interface ArchiveStaging {
  /** @throws {IntegrityError} as `put` */
  add(body: AsyncIterable<Uint8Array> | Uint8Array, expected: Sha256): Promise<StoredArchive>;
  /** Puts all of them into the store: durable when this resolves. */
  commit(): Promise<void>;
  /** Forgets all that was not committed. */
  discard(): Promise<void>;
}

/** Thrown by `put` when a body is not what it was expected to be. */
export class IntegrityError extends Error {
  override readonly name = "IntegrityError";
  readonly expected: Sha256;
  readonly actual: Sha256;

  constructor(expected: Sha256, actual: Sha256) {
    super(`expected SHA-256 ${expected}, got ${actual}`);
    this.expected = expected;
    this.actual = actual;
  }
}
