import { expect, test } from "bun:test";
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { Failure } from "../../src/errors.ts";
import { takeExclusive } from "../../src/files/mod.ts";
import { lockHolder, withLock, withLockSoon } from "../../src/registry/lock.ts";
import { tempDirectory } from "../support/temp.ts";

const lockPath = () => join(tempDirectory(), "data", "lock");

test("there is one writer at a time, and the second is told who the first is", async () => {
  const path = lockPath();
  await withLock(path, "mirror", async () => {
    expect(lockHolder(path)).toMatchObject({ pid: process.pid, command: "mirror" });
    const second = withLock(path, "sync", async () => {});
    await expect(second).rejects.toThrow(
      new RegExp(`process ${process.pid} on ${hostname()} \\(mirror, since `),
    );
    await expect(second).rejects.toBeInstanceOf(Failure);
  });
});

test("the lock is free when the work is done, and when it failed", async () => {
  const path = lockPath();
  await withLock(path, "mirror", async () => {});
  expect(existsSync(`${path}.json`)).toBe(false);
  const failing = withLock(path, "mirror", () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(lockHolder(path)).toBeUndefined();
  await withLock(path, "sync", async () => {});
});

test("what takes a moment is waited for", async () => {
  const path = lockPath();
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const first = withLock(path, "publish", async () => {
    begun.resolve();
    await ended.promise;
  });
  await begun.promise;
  const second = withLock(path, "sync", async () => "done");
  ended.resolve();
  expect(await second).toBe("done");
  await first;
});

test("who can wait is let in when the first is done, and is told who it is when that takes too long", async () => {
  const path = lockPath();
  const order: string[] = [];
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const first = withLock(path, "mirror", async () => {
    begun.resolve();
    await ended.promise;
    order.push("first");
  });
  const soon = (name: string, patienceMs: number) =>
    withLockSoon(path, "publish", patienceMs, async () => void order.push(name));
  await begun.promise;
  await expect(soon("impatient", 1)).rejects.toThrow("is being written by process");
  const others = Promise.all([soon("second", 60_000), soon("third", 60_000)]);
  ended.resolve();
  await Promise.all([first, others]);
  expect(order).toEqual(["first", "second", "third"]);
  // One that fails does not stop those behind it.
  const failing = withLockSoon(path, "publish", 1_000, () => Promise.reject(new Error("no")));
  const behind = soon("behind", 1_000);
  await expect(failing).rejects.toThrow("no");
  await behind;
  expect(order.at(-1)).toBe("behind");
});

test("those of one process that wait for another's lock lose patience together", async () => {
  const path = lockPath();
  await mkdir(dirname(path), { recursive: true });
  const release = takeExclusive(path)!;
  const begun = performance.now();
  const waits = Array.from({ length: 5 }, () =>
    withLockSoon(path, "publish", 300, async () => {}).then(
      () => Number.NaN,
      () => performance.now() - begun,
    ),
  );
  for (const waited of await Promise.all(waits)) {
    expect(waited).toBeGreaterThanOrEqual(300);
    expect(waited).toBeLessThan(1_200);
  }
  release();
});

test("one that waits behind long work of its own process is let in all the same", async () => {
  const path = lockPath();
  const ended = Promise.withResolvers<void>();
  const first = withLockSoon(path, "publish", 1, () => ended.promise);
  const second = withLockSoon(path, "publish", 1, async () => "done");
  const impatient = performance.now() + 20;
  while (performance.now() < impatient) await new Promise((resolve) => setImmediate(resolve));
  ended.resolve();
  expect(await second).toBe("done");
  await first;
});

test("of many writers at once no two are inside together", async () => {
  const path = lockPath();
  let inside = 0;
  let most = 0;
  const tries = Array.from({ length: 20 }, () =>
    withLock(path, "mirror", async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    }).catch((error: unknown) => expect(error).toBeInstanceOf(Failure)),
  );
  await Promise.all(tries);
  expect(most).toBe(1);
});

test("of many processes at once no two are inside together", async () => {
  const path = lockPath();
  const inside = join(path, "../../inside");
  const script = `
    import { mkdirSync, rmdirSync } from "node:fs";
    import { withLock } from "${join(import.meta.dir, "../../src/registry/lock.ts")}";
    for (let done = 0; done < 25; ) {
      try {
        // Fails when another is inside.
        await withLock("${path}", "sync", async () => { mkdirSync("${inside}"); rmdirSync("${inside}"); });
        done++;
      } catch (error) {
        if (error.code !== "busy") throw error;
      }
    }
  `;
  const children = Array.from({ length: 4 }, () =>
    Bun.spawn([process.execPath, "-e", script], { stderr: "inherit" }),
  );
  expect(await Promise.all(children.map((child) => child.exited))).toEqual([0, 0, 0, 0]);
});

test("a killed writer's lock is taken over", async () => {
  const path = lockPath();
  const child = Bun.spawn(
    [
      process.execPath,
      "-e",
      `
      import { withLock } from "${join(import.meta.dir, "../../src/registry/lock.ts")}";
      await withLock("${path}", "mirror", async () => { console.log("locked"); await Bun.sleep(60_000); });
    `,
    ],
    { stdout: "pipe", stderr: "inherit" },
  );
  for await (const chunk of child.stdout) {
    if (new TextDecoder().decode(chunk).includes("locked")) break;
  }
  expect(lockHolder(path)?.pid).toBe(child.pid);
  child.kill("SIGKILL");
  await child.exited;
  expect(existsSync(`${path}.json`)).toBe(true);
  expect(lockHolder(path)).toBeUndefined();
  let ran = false;
  await withLock(path, "sync", async () => {
    ran = true;
  });
  expect(ran).toBe(true);
});

test("a number that another process has by now holds nothing", async () => {
  const path = lockPath();
  await withLock(path, "first", async () => {});
  const holder = { pid: process.pid, host: hostname(), command: "old", since: "", started: "1" };
  writeFileSync(`${path}.json`, JSON.stringify(holder));
  if (process.platform === "linux") expect(lockHolder(path)).toBeUndefined();
});

test("a name of another host is believed as long as the lock is held", async () => {
  const path = lockPath();
  const other = { pid: 4242, host: `not-${hostname()}`, command: "mirror", since: "" };
  const pretend = () => writeFileSync(`${path}.json`, JSON.stringify(other));
  await withLock(path, "mirror", async () => {
    pretend();
    expect(lockHolder(path)).toEqual({ ...other, started: undefined });
    await expect(withLockSoon(path, "sync", 1, async () => {})).rejects.toThrow(
      "process 4242 on not-",
    );
  });
  pretend();
  expect(lockHolder(path)).toBeUndefined();
  // Looking left it free, and its name is that of the next.
  await withLock(path, "sync", async () => expect(lockHolder(path)?.command).toBe("sync"));
  pretend();
  rmSync(path);
  expect(lockHolder(path)).toBeUndefined();
  expect(existsSync(path)).toBe(false);
});

test("a name that was cut short is nobody's", async () => {
  const path = lockPath();
  await withLock(path, "first", async () => {});
  writeFileSync(`${path}.json`, '{"pid": 1');
  expect(lockHolder(path)).toBeUndefined();
  await withLock(path, "second", async () => {});
});

test("who cannot write its name holds no lock", async () => {
  const path = lockPath();
  mkdirSync(`${path}.json`, { recursive: true });
  const nameless = withLock(path, "mirror", async () => {});
  await expect(nameless).rejects.toMatchObject({ code: "io" });
  const release = takeExclusive(path);
  expect(release).toBeFunction();
  release?.();
  rmSync(`${path}.json`, { recursive: true });
  expect(await withLock(path, "mirror", async () => "done")).toBe("done");
});

test("a place that cannot be written is named", async () => {
  const file = join(tempDirectory(), "data");
  writeFileSync(file, "a file where a directory belongs");
  const path = join(file, "lock");
  await expect(withLock(path, "mirror", async () => {})).rejects.toMatchObject({
    code: "io",
    message: expect.stringContaining(`cannot write to ${file}`),
  });
});

test.skipIf(process.getuid?.() !== 0)(
  "root is told to write as the owner of what is another's, and leaves nothing there",
  async () => {
    const path = lockPath();
    mkdirSync(dirname(path));
    const write = () => withLock(path, "mirror", async () => "done");
    expect(await write()).toBe("done");
    chownSync(dirname(path), 12_345, 54_321);
    await expect(write()).rejects.toMatchObject({
      code: "forbidden",
      hint: expect.stringContaining("sudo -u '#12345'"),
    });
    chownSync(dirname(path), 1, 1);
    const name = readFileSync("/etc/passwd", "utf8").match(/^(.+?):[^:]*:1:/m)![1]!;
    await expect(write()).rejects.toMatchObject({
      message: expect.stringContaining(`belongs to user ${name},`),
      hint: expect.stringContaining(`\`sudo -u ${name} moonbit-registry`),
    });
    expect(readdirSync(dirname(path))).toEqual(["lock"]);
    // It was let go of as well.
    chownSync(dirname(path), 0, 0);
    expect(await write()).toBe("done");
  },
);
