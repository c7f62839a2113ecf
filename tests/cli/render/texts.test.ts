import { describe, expect, test } from "bun:test";
import { accessText } from "../../../src/cli/render/access.ts";
import { sourceListText, sourceRecord } from "../../../src/cli/render/sources.ts";
import { statusText } from "../../../src/cli/render/status.ts";
import { planLines, sourceLines, summaryLines } from "../../../src/cli/render/summary.ts";
import { parseConfig } from "../../../src/config/load.ts";
import type { MirrorSummary, Status } from "../../../src/registry/mod.ts";

const CONFIG = parseConfig(
  `default_source = "mooncakes"
[[sources]]
name = "mooncakes"
type = "mooncakes"
url = "https://mooncakes.io"
priority = 100
[[sources]]
name = "partner"
url = "https://partner.example"
index_url = "https://index.partner.example"
index_type = "http"
enabled = false
auth = { type = "bearer", token = "hunter2" }
`,
  "registry.toml",
);

describe("sources", () => {
  test("are listed as documented, without credentials", () => {
    expect(sourceListText(CONFIG)).toBe(`Configured sources:

  mooncakes (default) [enabled]
    Type: mooncakes
    URL: https://mooncakes.io
    Index: https://mooncakes.io/git/index (git)
    Priority: 100

  partner [disabled]
    Type: custom
    URL: https://partner.example
    Index: https://index.partner.example (http)
    Priority: 50`);
  });

  test("are data with the file's keys, without credentials", () => {
    expect(sourceRecord(CONFIG.sources[1]!, CONFIG.defaultSource)).toEqual({
      name: "partner",
      type: "custom",
      url: "https://partner.example",
      index_url: "https://index.partner.example",
      index_type: "http",
      download_url: "https://partner.example",
      enabled: false,
      priority: 50,
      default: false,
    });
  });
});

const SUMMARY: MirrorSummary = {
  modules: 14,
  versions: 1200,
  downloaded: 1000,
  alreadyStored: 197,
  failed: 3,
  bytes: 5 * 1024 * 1024,
  elapsedMs: 3_400,
  failures: { "not-found": 2, timeout: 1 },
  dryRun: false,
  sources: [],
  missed: [],
  unmatched: [],
};

describe("summaries", () => {
  test("of a mirror name the failures by reason", () => {
    expect(summaryLines(SUMMARY)).toEqual([
      "Mirrored 1,200 versions of 14 modules in 3.4 s: 1,000 downloaded (5.0 MiB), 197 here before, 3 failed",
      "  2 not found at their source",
      "  1 without an answer in time",
    ]);
  });

  test("of a dry run are the versions", () => {
    const plan = [{ module: "a/b", version: "1.0.0" }];
    expect(planLines({ ...SUMMARY, dryRun: true, plan })).toEqual({
      data: ["a/b@1.0.0"],
      totals: "Would download 1 version; 197 here already",
    });
  });

  test("of a sync say how each source did", () => {
    const sources = [
      { name: "up", outcome: "updated" as const },
      { name: "down", outcome: "failed" as const, message: "no answer" },
    ];
    expect(sourceLines({ ...SUMMARY, sources })).toEqual([
      "up: updated",
      "down: failed: no answer",
    ]);
  });
});

test("an access line lets no client steer the terminal", () => {
  const line = {
    time: "2026-01-31T12:00:00.000Z",
    client: "10.0.0.7",
    method: "GET",
    path: "/user/\u001b[31m",
    status: 404,
    ms: 1.5,
    bytes: 2048,
    agent: "git/2\n",
  };
  expect(accessText(line, true)).toBe(
    "2026-01-31T12:00:00.000Z 10.0.0.7 GET /user/?[31m 404 2.0 KiB 1.5 ms git/2?",
  );
  expect(
    accessText({ ...line, client: "", bytes: undefined, agent: undefined, path: "/" }, true),
  ).toBe("2026-01-31T12:00:00.000Z - GET / 404 - 1.5 ms");
});

test("a status shows sources in columns, and what went wrong", () => {
  const status: Status = {
    name: "team",
    dir: "/srv/reg",
    readOnly: false,
    dataDir: "/srv/reg/data",
    sources: [
      {
        name: "mooncakes",
        url: "https://mooncakes.io",
        enabled: true,
        default: true,
        modules: 887,
        versions: 6548,
        lastSync: "2026-01-31T11:00:00.000Z",
        lastError: null,
      },
      {
        name: "up",
        url: "https://up.example",
        enabled: false,
        default: false,
        modules: 0,
        versions: 0,
        lastSync: null,
        lastError: "no answer",
      },
    ],
    shared: null,
    lastBundle: null,
    listed: { modules: 887, versions: 6548 },
    stored: { modules: 10, versions: 120, archives: 119, bytes: 4 * 1024 * 1024 },
    held: { blocked: 2, young: 1 },
    imported: [{ name: "far", index: "https://far.example/git/index", modules: 2, versions: 5 }],
    kept: [
      { patterns: ["team/*", "other/x"] },
      { patterns: ["team/*", "other/x"], assets: true },
      { patterns: ["**"], source: "up", latest: 2, strict: true, since: 1_767_225_600_000 },
    ],
    address: "http://127.0.0.1:8080",
    listening: "127.0.0.1:8080",
    autoSync: {
      last: "2026-01-31T11:55:00.000Z",
      error: "source b: no answer",
      failures: 2,
      next: "2026-01-31T12:01:00.000Z",
    },
    writer: null,
  };
  expect(statusText(status, new Date("2026-01-31T12:00:00Z"))).toMatchInlineSnapshot(`
    "Registry:   team in /srv/reg
    Data:       /srv/reg/data
    Listed:     6,548 versions of 887 modules
    Stored:     120 versions, 4.0 MiB in 119 archives
    Held back:  2 blocked versions, 1 young version
    Kept fresh: team/* other/x
                team/* other/x, assets
                ** from up, latest 2, since 2026-01-01, strict
    Imported:   far: 5 versions of 2 modules
    Serves at:  http://127.0.0.1:8080
    Auto-sync:  last 5 min ago, failed 2 times: source b: no answer; next in 1 min 0 s

    Source     State             Modules  Versions  Synced
    mooncakes  enabled, default      887     6,548  1 h ago
    up         disabled                0         0  never

    up: last sync failed: no answer"
  `);
  expect(statusText({ ...status, sources: [] }, new Date())).not.toContain("No source yet");
  const bare = statusText({ ...status, sources: [], imported: [] }, new Date());
  expect(bare).toEndWith("\n\nNo source yet.");
  const lastBundle = { id: "3f9a01c2".repeat(8), number: 3, registry: "far", isOwn: false };
  const replica = {
    ...status,
    sources: [],
    imported: [],
    shared: { modules: 2, versions: 5 },
    lastBundle: { ...lastBundle, at: "2026-01-31T11:55:00.000Z" },
  };
  const text = statusText(replica, new Date("2026-01-31T12:00:00Z"));
  expect(text).not.toContain("No source yet");
  expect(text).toContain("\nShared:     5 versions of 2 modules, from git.remote_url alone\n");
  expect(text).toContain("\nBundle:     number 3, 3f9a01c23f9a, of far, taken in 5 min ago\n");
});
