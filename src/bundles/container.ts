/** What a bundle's files lie in: a tar that comes as a stream, or a directory. */
import { createReadStream, lstatSync } from "node:fs";
import { join } from "node:path";
import { systemCode } from "../errors.ts";
import { createByteReader } from "./bytes.ts";
import { damaged } from "./manifest.ts";
import { BLOCK, END, paddingAfter, readTarHeader, tarHeader } from "./ustar.ts";

export interface IncomingFile {
  readonly path: string;
  readonly size: number;
  /** To be read to its end before the next file is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Container {
  /**
   * The next file, which must be one of these: the first that there is.
   *
   * @throws {Failure} "integrity" when it is another, or there is none
   */
  next(names: readonly string[]): Promise<IncomingFile>;
  /** @throws {Failure} "integrity" when there is more */
  end(): Promise<void>;
  close(): Promise<void>;
}

/** @param last what the source ends with, where more might have been forgotten */
export function tarContainer(source: AsyncIterable<Uint8Array>, last?: string): Container {
  const bytes = createByteReader(source);
  const cutShort = (where: string) =>
    damaged(`it is cut short at ${where}${last === undefined ? "" : `, with the end of ${last}`}`);

  async function* body(path: string, size: number): AsyncGenerator<Uint8Array> {
    let got = 0;
    for await (const chunk of bytes.pass(size)) {
      got += chunk.length;
      yield chunk;
    }
    if (got < size) throw cutShort(path);
    const padding = await bytes.take(paddingAfter(size));
    if (padding.length < paddingAfter(size)) throw cutShort(path);
    if (padding.some((byte) => byte !== 0)) throw damaged(`there is something behind ${path}`);
  }

  return {
    async next(names) {
      const header = await bytes.take(BLOCK);
      if (header.length < BLOCK) throw cutShort(names.join(" or "));
      const { name, size } = readTarHeader(header);
      if (!names.includes(name)) {
        throw damaged(`${JSON.stringify(name)} stands where ${names.join(" or ")} belongs`);
      }
      // Links, devices, other sizes than said, clocks: all that a plain file's header has not.
      if (size < 0 || !header.equals(tarHeader(name, size))) {
        throw damaged(`the header of ${name} is not as it was written`);
      }
      return { path: name, size, body: body(name, size) };
    },
    async end() {
      const end = await bytes.take(END.length + 1);
      if (end.length < END.length) throw cutShort("its end");
      if (!end.equals(END)) throw damaged("there is something behind its end");
    },
    close: bytes.close,
  };
}

/** A bundle as `writeDirectory` writes it, or as `tar` has unpacked one. Nothing else in the directory is looked at. */
export function directoryContainer(root: string): Container {
  return {
    async next(names) {
      for (const path of names) {
        const size = sizeOf(join(root, path), path);
        if (size !== undefined) return { path, size, body: createReadStream(join(root, path)) };
      }
      throw damaged(`${names.at(-1)} is missing`);
    },
    // What else lies in the directory is nobody's business.
    end: async () => {},
    close: async () => {},
  };
}

/** Of a plain file; a link could lead anywhere. */
function sizeOf(path: string, shown: string): number | undefined {
  try {
    const found = lstatSync(path);
    if (!found.isFile()) throw damaged(`${shown} is no plain file`);
    return found.size;
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}
