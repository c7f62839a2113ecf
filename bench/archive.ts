/** Archives a second at 32 connections, beside servers of static files. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { generateArchives, sampleIndex } from "../tests/support/upstream/mod.ts";
import { interleave, type Side } from "./compare.ts";
import { requestsPerSecond } from "./load.ts";
import { startNginx } from "./nginx.ts";
import { run, type Server, startOurs, startPeer } from "./processes.ts";
import { besideEach, type Result } from "./result.ts";
import { keyOf, newRegistry, startUpstream, type World } from "./world.ts";

const ROUNDS = 5;
const CONNECTIONS = 32;
const SECONDS = 2;

const SIZES = [
  { label: "2 KB", bytes: 2_000 },
  { label: "30 KB", bytes: 30_000 },
  { label: "5 MB", bytes: 5_000_000 },
];

export async function benchArchive(world: World): Promise<Result[]> {
  const root = world.fresh("three");
  // Entries with a short line, as an archive holds at least its manifest.
  const entries = sampleIndex()
    .toSorted((a, b) => a.line.length - b.line.length)
    .slice(0, SIZES.length);
  const archives = generateArchives(entries, (_, at) => SIZES[at]!.bytes);
  using upstream = await startUpstream(root, archives);
  const dir = world.fresh("registry");
  await newRegistry(dir, upstream.url);
  await run(["-d", dir, "mirror", "--full", "-q"]);
  using ours = await startOurs(dir);
  using bun = await startPeer("static.ts", join(root, "archives"));
  const site = world.fresh("nginx");
  mkdirSync(site);
  using nginx = await startNginx(join(root, "archives"), site);

  const results: Result[] = [];
  for (const [at, { label, bytes }] of SIZES.entries()) {
    const entry = archives.entries[at]!;
    const path = `/${entry.checksum}.zip`;
    const side = (name: string, server: Server, path: string): Side => ({
      name,
      measure: () =>
        requestsPerSecond(
          { url: server.url + path, connections: CONNECTIONS, seconds: SECONDS, least: bytes },
          world.fresh("load.lua"),
        ),
    });
    const sides = [
      side("ours", ours, `/user/${encodeURIComponent(keyOf(entry))}.zip`),
      side("a bare Bun.serve", bun, path),
      ...(nginx ? [side("nginx", nginx, path)] : []),
    ];
    const figures = await interleave(ROUNDS, sides);
    results.push(...besideEach(`archive of ${label}`, "requests/s", sides, figures));
  }
  if (!nginx) results.push({ what: "archives beside nginx", skipped: "no nginx" });
  return results;
}
