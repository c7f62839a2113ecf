/** Archives a second at 32 connections, and processor time for each, beside servers of static files. */
import { join } from "node:path";
import { generateArchives, sampleIndex } from "../tests/support/upstream/mod.ts";
import { interleave, type Side } from "./compare.ts";
import { cpuTime } from "./cpu.ts";
import { measureLoad } from "./load.ts";
import { startFileServer } from "./nginx.ts";
import { run, type Server, startOurs, startPeer } from "./processes.ts";
import { atLeast, atMost, besideEach, type Result, skippedWithout } from "./result.ts";
import { keyOf, newRegistry, startUpstream, type World } from "./world.ts";

const ROUNDS = 5;
const CONNECTIONS = 32;
const SECONDS = 2;
const NGINX = "nginx, sendfile, one worker";

/** `goal`: how many requests a second for each of nginx's. */
const SIZES = [
  { label: "2 KB", bytes: 2_000, goal: 1 },
  { label: "30 KB", bytes: 30_000, goal: 1 },
  { label: "5 MB", bytes: 5_000_000, goal: 0.8 },
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
  using nginx = await startFileServer(join(root, "archives"), world.fresh("nginx"));

  const results: Result[] = [];
  for (const [at, { label, bytes, goal }] of SIZES.entries()) {
    const entry = archives.entries[at]!;
    const path = `/${entry.checksum}.zip`;
    const servers: [name: string, server: Server, path: string][] = [
      ["ours", ours, `/user/${encodeURIComponent(keyOf(entry))}.zip`],
      ["a bare Bun.serve", bun, path],
    ];
    if (nginx) servers.push([NGINX, nginx, path]);
    const cpu: number[][] = servers.map(() => []);
    const sides = servers.map(
      ([name, server, path], at): Side => ({
        name,
        async measure() {
          const url = server.url + path;
          const load = { url, connections: CONNECTIONS, seconds: SECONDS, least: bytes };
          const before = cpuTime(server.pid);
          const { requests, perSecond } = await measureLoad(load, world.fresh("load.lua"));
          const after = cpuTime(server.pid);
          if (before !== undefined && after !== undefined) {
            cpu[at]!.push(((after - before) / requests) * 1_000);
          }
          return perSecond;
        },
      }),
    );
    const what = `archive of ${label}`;
    const figures = await interleave(ROUNDS, sides);
    results.push(...besideEach(what, "requests/s", sides, figures, { [NGINX]: atLeast(goal) }));
    if (cpu[0]!.length > 0) {
      const goals = { [NGINX]: atMost(1 / goal) };
      results.push(...besideEach(`processor time of an ${what}`, "µs", sides, cpu, goals));
    } else {
      results.push({ what: `processor time of an ${what}`, skipped: "no /proc" });
    }
  }
  return [...results, ...skippedWithout("archives beside nginx", "nginx")];
}
