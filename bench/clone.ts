/**
 * The first fetch of a client, beside git's own server on a repository of the real index with its
 * history: what one would serve without this program.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../tests/support/binary.ts";
import { git, hasGit, realIndexRepository } from "../tests/support/git.ts";
import { type Comparison, compare, timed } from "./compare.ts";
import { newRegistry, run, startProcess, type World } from "./world.ts";

const ROUNDS = 5;

export async function benchClone(world: World): Promise<Comparison[]> {
  if (!hasGit) {
    console.error("skipped: clone (no git)");
    return [];
  }
  const dir = join(world.root, "served");
  await newRegistry(dir, world.url);
  await run(["-d", dir, "sync", "-q"]);
  const history = await realIndexRepository();
  const peer = await startProcess("serve-git.ts", [history]);
  const child = Bun.spawn([binary(), "-d", dir, "serve", "-p", "0", "-q"], { stdout: "pipe" });
  const { value } = await child.stdout.getReader().read();
  const url = /http:\S+/.exec(new TextDecoder().decode(value))![0];
  const tip = await git(["-C", join(dir, "data", "index"), "rev-parse", "main"]);
  const theirTip = await git(["-C", history, "rev-parse", "main"]);
  try {
    const posts = await compare(
      ROUNDS,
      () => requestsPerSecond(`${url}/git/index`, tip, 2_000),
      () => requestsPerSecond(peer.url, theirTip, 60),
    );
    const clone = (from: string) => async (round: number) => {
      const target = join(world.root, `clone-${round}`);
      const flags = ["--depth", "1", "--single-branch", "--no-tags"];
      const ms = await timed(() => git(["clone", "-q", ...flags, from, target]));
      rmSync(target, { recursive: true });
      return ms;
    };
    const clones = await compare(ROUNDS, clone(`${url}/git/index`), clone(peer.url));
    const backend = "git http-backend";
    return [
      { name: "depth-1 fetch", ...posts, unit: "requests/s", peer: backend, target: "≥ 400" },
      { name: "git clone --depth 1", ...clones, unit: "ms", peer: backend, target: "≤ 0.6" },
    ];
  } finally {
    peer.stop();
    child.kill();
  }
}

/** The POST of a shallow clone in protocol v2, sixteen at a time. */
async function requestsPerSecond(url: string, tip: string, count: number): Promise<number> {
  const packet = (text: string) => (text.length + 4).toString(16).padStart(4, "0") + text;
  const args = ["thin-pack", "ofs-delta", "deepen 1", `want ${tip}\n`, "done\n"];
  const body = `${packet("command=fetch")}0001${args.map(packet).join("")}0000`;
  const headers = {
    "git-protocol": "version=2",
    "content-type": "application/x-git-upload-pack-request",
  };
  const ask = async () => {
    const response = await fetch(`${url}/git-upload-pack`, { method: "POST", headers, body });
    const bytes = await response.bytes();
    if (bytes.length < 100_000) throw new Error(`no pack came from ${url}`);
  };
  await ask();
  let left = count;
  const worker = async () => {
    while (left-- > 0) await ask();
  };
  const ms = await timed(() => Promise.all(Array.from({ length: 16 }, worker)));
  return (count / ms) * 1_000;
}
