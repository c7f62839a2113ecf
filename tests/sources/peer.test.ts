/** What is said of a peer that gives nothing. */
import { expect, test } from "bun:test";
import type { SourceConfig } from "../../src/config/mod.ts";
import { DownloadError } from "../../src/download/mod.ts";
import { sourcePeer, unreachable } from "../../src/sources/peer.ts";

const SOURCE: SourceConfig = {
  name: "up",
  type: "custom",
  url: "https://up.example",
  indexUrl: "https://up.example/git/index",
  indexType: "git",
  downloadUrl: "https://up.example",
  enabled: true,
  priority: 50,
};

test("who asks to wait is not said to be out of reach", () => {
  const error = new DownloadError("server-error", "https://up.example answered 429", {
    status: 429,
  });
  const { message, hint } = unreachable(sourcePeer(SOURCE), error);
  expect(message).toStartWith("source up asks to be left alone for a while: ");
  expect(hint).toBe("try again later");
});
