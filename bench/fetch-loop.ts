/**
 * The least that mirroring does, in a process of its own: fetch, hash, write, rename. Nothing is durable
 * afterwards, nothing is tried twice, and what is to be fetched is known beforehand.
 *
 *     bun fetch-loop.ts URL LIST DIRECTORY
 *
 * LIST: `[{"path": "/user/…", "sha256": "ab12…"}]`, as JSON.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";

/** As many as `mirror`. */
const AT_ONCE = 80;

const [url = "", list = "", directory = ""] = process.argv.slice(2);
const files: { path: string; sha256: string }[] = JSON.parse(readFileSync(list, "utf8"));
for (let shard = 0; shard < 256; shard++) {
  mkdirSync(join(directory, shard.toString(16).padStart(2, "0")), { recursive: true });
}
let taken = 0;

async function work(): Promise<void> {
  for (let at = taken++; at < files.length; at = taken++) {
    const { path, sha256 } = files[at]!;
    const bytes = await (await fetch(url + path)).bytes();
    const actual = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
    if (actual !== sha256) throw new Error(`${path}: ${actual} is not ${sha256}`);
    const temporary = join(directory, `${at}.tmp`);
    await Bun.write(temporary, bytes);
    await rename(temporary, join(directory, sha256.slice(0, 2), sha256));
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
