import { expect, test } from "bun:test";
import { storedSize } from "../../src/archives/mod.ts";

test("what many archives come to is counted while others have their turn", async () => {
  let turns = 0;
  const turn = setInterval(() => turns++, 0);
  const slow = (sha256: string) => {
    for (const until = performance.now() + 3; performance.now() < until; );
    return sha256 === "gone" ? undefined : 2;
  };
  const hashes = [...Array.from({ length: 20 }, (_, at) => `${at}`), "gone"];
  expect(await storedSize({ size: slow }, hashes)).toEqual({ archives: 20, bytes: 40 });
  clearInterval(turn);
  expect(turns).toBeGreaterThan(0);
});
