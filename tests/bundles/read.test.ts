/** A bundle is read within bounds, whatever it says of itself. */
import { expect, test } from "bun:test";
import { tarContainer } from "../../src/bundles/container.ts";
import { readHead } from "../../src/bundles/mod.ts";
import { tarHeader } from "../../src/bundles/ustar.ts";
import { Failure } from "../../src/errors.ts";

test.each([
  ["README.txt", []],
  ["manifest.json", [tarHeader("README.txt", 0)]],
] as const)(
  "a %s of more bytes than it can have is refused before it is held",
  async (name, before) => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (const header of before) yield header;
      yield tarHeader(name, 8 ** 10);
      for (;;) {
        asked++;
        yield new Uint8Array(1024 ** 2);
      }
    }
    const container = tarContainer(endless());
    await expect(readHead(container)).rejects.toThrow(`${name} has ${8 ** 10} bytes`);
    expect(asked).toBeLessThan(2);
    await container.close();
  },
);

test.each(["interrupted", "io"] as const)(
  "what ends before its first byte as %s is told as that, and not as no bundle",
  async (code) => {
    // biome-ignore lint/correctness/useYield: it fails before there is anything to yield
    async function* failing(): AsyncGenerator<Uint8Array> {
      throw new Failure(code, "it ended");
    }
    const container = tarContainer(failing());
    await expect(readHead(container)).rejects.toEqual(expect.objectContaining({ code }));
    await container.close();
  },
);
