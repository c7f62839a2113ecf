import { expect, test } from "bun:test";
import { createLiveBar } from "../../../src/cli/render/live-bar.ts";

const HIDE = "\u001b[?25l";
const SHOW = "\u001b[?25h";

/** A terminal that remembers what was written to it. */
function terminal(columns: number) {
  let written = "";
  const stream = {
    isTTY: true,
    columns,
    write(text: string) {
      written += text;
      return true;
    },
  };
  return { stream: stream as unknown as NodeJS.WriteStream, written: () => written };
}

const at = (done: number) => ({ done, total: 10, failed: 0, bytes: 1, elapsedMs: 1 });

test("a live bar shows progress, keeps what is printed, and takes itself away", () => {
  const { stream, written } = terminal(60);
  const bar = createLiveBar(stream);
  bar.print("before");
  expect(written()).toBe("before\n");
  bar.show(at(1));
  bar.print("in between");
  bar.show(at(7));
  bar.end();
  expect(written()).toContain("in between\n");
  expect(written()).toContain("7/10");
  expect(written().indexOf(HIDE)).toBeGreaterThan(0);
  expect(written().indexOf(SHOW)).toBeGreaterThan(written().indexOf(HIDE));
  // The last thing: everything below is cleared.
  expect(written()).toEndWith("\u001b[0J");
});

test("a live bar ends once, and not at all when it never began", () => {
  const { stream, written } = terminal(60);
  const listeners = process.listenerCount("exit");
  const bar = createLiveBar(stream);
  bar.end();
  expect(written()).toBe("");
  bar.show(at(1));
  bar.end();
  const length = written().length;
  bar.end();
  expect(written()).toHaveLength(length);
  expect(process.listenerCount("exit")).toBe(listeners);
});
