/** What is measured on: the real index with generated archives, each server in a process of its own. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execute } from "../tests/support/executable.ts";
import { realArchives } from "../tests/support/real-index.ts";
import { tempDirectory } from "../tests/support/temp.ts";
import { writeIndexRepository } from "../tests/support/upstream/mod.ts";

export interface World {
  readonly root: string;
  /** Of the upstream. */
  readonly url: string;
  /** Keys of all archives, as in the path after `/user/`, without `.zip`. */
  readonly keys: readonly string[];
  stop(): void;
}

/** Writes 6,548 archives to files, about 203 MB, and serves them with their index. */
export async function createWorld(): Promise<World> {
  const root = tempDirectory("bench");
  const { entries, archive } = await realArchives();
  const files = join(root, "files");
  mkdirSync(files);
  for (const { module, version, checksum } of entries) {
    writeFileSync(join(files, `${checksum}.zip`), archive(module, version)!);
  }
  const keys = entries.map(({ module, version }) => `${module}/${version}`);
  const map = Object.fromEntries(entries.map(({ checksum }, at) => [keys[at]!, `${checksum}.zip`]));
  writeFileSync(join(root, "map.json"), JSON.stringify(map));
  await writeIndexRepository(join(root, "index.git"), entries);
  const { url, stop } = await startProcess("serve-upstream.ts", [root]);
  return { root, url, keys, stop };
}

/** Starts one of this folder's servers, which prints its address when it is ready. */
export async function startProcess(
  file: string,
  args: readonly string[],
): Promise<{ url: string; stop(): void }> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, file), ...args], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await child.stdout.getReader().read();
  return { url: new TextDecoder().decode(value).trim(), stop: () => child.kill() };
}

/** Runs the executable; gives its milliseconds, and the most memory it held in bytes. */
export async function run(args: readonly string[]): Promise<{ ms: number; maxRss: number }> {
  const started = performance.now();
  const { code, stderr, maxRss } = await execute(args, { cwd: import.meta.dir });
  if (code !== 0) throw new Error(`${args.join(" ")} exited with ${code}: ${stderr}`);
  return { ms: performance.now() - started, maxRss };
}

/** A new registry with the upstream as its source. */
export async function newRegistry(dir: string, url: string): Promise<void> {
  await run(["init", dir]);
  await run(["-d", dir, "source", "add", "up", "--url", url]);
}
