/** Bundles through pipes of every kind, with a process of its own at one end. */
import { expect, test } from "bun:test";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { END, tarHeader } from "../../src/bundles/ustar.ts";
import { systemCode } from "../../src/errors.ts";
import { tempDirectory } from "../support/temp.ts";

const { O_NONBLOCK, O_RDONLY, O_RDWR } = constants;
const PARTS = join(import.meta.dir, "../../src/bundles/parts.ts");
/** More than a pipe holds. */
const SIZE = 1024 * 1024;

function newPipe(): string {
  const path = join(tempDirectory("pipe"), "fifo");
  expect(Bun.spawnSync(["mkfifo", path]).exitCode).toBe(0);
  return path;
}

/** Does something again as long as the pipe is not ready for it, and the other is there. */
async function patiently(child: Bun.Subprocess, work: () => number): Promise<number> {
  for (;;) {
    const isOver = child.exitCode !== null;
    try {
      return work();
    } catch (error) {
      if (isOver || systemCode(error) !== "EAGAIN") throw error;
      await Bun.sleep(1);
    }
  }
}

/** What a process has to do to have a pipe in the place of a standard stream, as one that lets nobody wait. */
const taking = (path: string, fd: 0 | 1) => `
  import { closeSync, constants, openSync, writeSync } from "node:fs";
  const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
  closeSync(${fd});
  const fd = openSync(${JSON.stringify(path)}, O_NONBLOCK | ${fd === 0 ? "O_RDONLY" : "O_WRONLY"});
  if (fd !== ${fd}) throw new Error("it is " + fd);`;

test.skipIf(process.platform === "win32")(
  "a pipe that lets nobody wait is read to its end",
  async () => {
    const path = newPipe();
    const write = openSync(path, O_RDWR | O_NONBLOCK);
    const script = `${taking(path, 0)}
      import { openContainer } from ${JSON.stringify(PARTS)};
      const container = openContainer("-");
      const first = container.next(["README.txt"]);
      writeSync(2, "reading");
      let size = 0;
      for await (const chunk of (await first).body) size += chunk.length;
      await container.end();
      console.log(size);`;
    const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "pipe" });
    // There is nothing to read yet.
    await child.stderr.getReader().read();
    for (const bytes of [tarHeader("README.txt", SIZE), Buffer.alloc(SIZE), END]) {
      for (let at = 0; at < bytes.length; ) {
        at += await patiently(child, () => writeSync(write, bytes, at));
      }
    }
    closeSync(write);
    expect(await child.stdout.text()).toBe(`${SIZE}\n`);
    expect(await child.exited).toBe(0);
  },
);

test.skipIf(process.platform === "win32")(
  "one that lets nobody wait gets all, and who has left it is told of",
  async () => {
    for (const leaves of [false, true]) {
      const path = newPipe();
      const read = openSync(path, O_RDONLY | O_NONBLOCK);
      const script = `${taking(path, 1)}
        import { writePipe } from ${JSON.stringify(PARTS)};
        async function* chunks() {
          writeSync(2, "writing");
          yield Buffer.alloc(${SIZE}, "x");
        }
        try {
          await writePipe(chunks());
        } catch ({ code, message }) {
          writeSync(2, " " + code + ": " + message);
        }`;
      const child = Bun.spawn([process.execPath, "-e", script], { stderr: "pipe" });
      const said = child.stderr.getReader();
      await said.read();
      const buffer = Buffer.alloc(64 * 1024);
      const next = () => patiently(child, () => readSync(read, buffer));
      // Until somebody has written there is nobody to wait for.
      let size = 0;
      while (size === 0) size = await next();
      if (!leaves) for (let count = size; count > 0; size += count) count = await next();
      closeSync(read);
      const { value } = await said.read();
      expect(value && new TextDecoder().decode(value)).toBe(
        leaves ? " io: the bundle could not be written: nobody reads it any more" : undefined,
      );
      expect(await child.exited).toBe(0);
      if (!leaves) expect(size).toBe(SIZE);
    }
  },
);
