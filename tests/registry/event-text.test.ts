import { expect, test } from "bun:test";
import { eventText } from "../../src/registry/mod.ts";

test("events are sentences", () => {
  expect(eventText({ type: "refreshed", source: "up", outcome: "updated", modules: 1 })).toEqual([
    "say",
    "up: 1 module, index updated",
  ]);
  expect(eventText({ type: "planned", modules: 2, versions: 30, stored: 10, missing: 20 })).toEqual(
    ["say", "30 versions of 2 modules; 20 to download"],
  );
  const failed = { type: "failed", module: "a/b", version: "1.0.0", reason: "timeout" } as const;
  expect(eventText({ ...failed, message: "no answer" })).toEqual([
    "warn",
    "a/b@1.0.0: timeout: no answer",
  ]);
  expect(eventText({ type: "held", blocked: 2, young: 1 })).toEqual([
    "say",
    "policy holds back 2 blocked versions, 1 young version",
  ]);
  expect(eventText({ type: "checking", archives: 1200, bytes: 1536 })).toEqual([
    "say",
    "checking 1,200 archives, 1.5 KiB",
  ]);
});
