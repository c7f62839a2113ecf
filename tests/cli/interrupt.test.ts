import { describe, expect, test } from "bun:test";
import { endingSignals, interruptible } from "../../src/cli/interrupt.ts";
import { Failure } from "../../src/errors.ts";

/** Work that ends with some error of its own when it is asked to end. */
const untilAborted = (signal: AbortSignal, error: Error) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(error)));

test("a console that is closed asks for the end on Windows, and elsewhere nothing that nohup holds off", () => {
  expect(endingSignals("win32")).toEqual(["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"]);
  expect(endingSignals("linux")).toEqual(["SIGINT", "SIGTERM"]);
  expect(endingSignals("darwin")).toEqual(["SIGINT", "SIGTERM"]);
});

describe("interruptible", () => {
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    test(`tells work to end at ${name}, and says why it ended`, async () => {
      const work = interruptible("go on later", (signal) =>
        untilAborted(signal, new Error("cut off")),
      );
      process.emit(name);
      const failure = expect.objectContaining({ code: "interrupted", hint: "go on later" });
      await expect(work).rejects.toEqual(failure);
    });
  }

  test("keeps a failure that has its own cause", async () => {
    const full = new Failure("io", "the disk is full");
    const work = interruptible("", (signal) => untilAborted(signal, full));
    process.emit("SIGINT");
    await expect(work).rejects.toBe(full);
  });

  test("says so as well when it was another writer that was waited for", async () => {
    const busy = new Failure("busy", "another is writing");
    const work = interruptible("go on later", (signal) => untilAborted(signal, busy));
    process.emit("SIGINT");
    const failure = expect.objectContaining({ code: "interrupted", hint: "go on later" });
    await expect(work).rejects.toEqual(failure);
  });

  test("leaves no listener behind", async () => {
    const before = process.listenerCount("SIGINT");
    expect(await interruptible("", async () => 7)).toBe(7);
    await expect(interruptible("", async () => Promise.reject(new Error("bug")))).rejects.toThrow(
      "bug",
    );
    expect(process.listenerCount("SIGINT")).toBe(before);
  });
});
