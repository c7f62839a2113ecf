/** A branch of the index that stands in memory, for tests of what is made of it. */
import { createHash } from "node:crypto";
import { parseModuleFile, type Snapshot } from "../../src/index/mod.ts";

/** What a line says; the rest is made up. */
export interface Line {
  readonly name: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

export interface Branch {
  snapshot(): Snapshot;
  readBlob(blob: string): Buffer;
  /** Blobs that were read since the last time this was asked. */
  reads(): number;
  /** One more commit with just these lines. */
  set(lines: readonly Line[]): void;
}

export function createBranch(lines: readonly Line[] = []): Branch {
  const blobs = new Map<string, Buffer>();
  let current: Snapshot;
  let reads = 0;
  const set = (next: readonly Line[]) => {
    const texts = new Map<string, string>();
    for (const line of next) {
      const text = `${JSON.stringify({ checksum: hash(`${line.name}@${line.version}`), ...line })}\n`;
      texts.set(line.name, (texts.get(line.name) ?? "") + text);
    }
    const modules = new Map([...texts].map(([name, text]) => [name, hash(text)]));
    for (const text of texts.values()) blobs.set(hash(text), Buffer.from(text));
    const module = (name: string) => {
      const blob = modules.get(name);
      return blob === undefined ? undefined : parseModuleFile(name, blobs.get(blob)!);
    };
    current = {
      commit: hash([...texts.values()].join("")),
      module,
      version: (name, version) =>
        module(name)?.lines.find(({ entry }) => entry.version === version),
      modules: () => modules,
    };
  };
  set(lines);
  return {
    snapshot: () => current,
    readBlob(blob) {
      reads++;
      return blobs.get(blob)!;
    },
    reads() {
      const count = reads;
      reads = 0;
      return count;
    },
    set,
  };
}

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
