import { expect, test } from "bun:test";
import { createLineBuffer } from "../../../src/cli/render/line-buffer.ts";

test("lines are written together, in order, a moment later", async () => {
  const written = Promise.withResolvers<string>();
  const buffer = createLineBuffer(written.resolve);
  buffer.add("one");
  buffer.add("two");
  expect(await written.promise).toBe("one\ntwo\n");
});

test("many lines do not wait, and a flush leaves none", () => {
  const written: string[] = [];
  const buffer = createLineBuffer((text) => written.push(text));
  const line = "x".repeat(40_000);
  buffer.add(line);
  expect(written).toEqual([]);
  buffer.add(line);
  expect(written).toEqual([`${line}\n${line}\n`]);
  buffer.add("last");
  buffer.flush();
  buffer.flush();
  expect(written.slice(1)).toEqual(["last\n"]);
});
