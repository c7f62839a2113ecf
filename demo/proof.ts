/** What a client does with a registry: clones the index, fetches an archive, checks its hash. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DemoError } from "./executable.ts";

/** The clone that `moon update` makes: by git if there is one, else by isomorphic-git. */
export async function shallowClone(url: string, dir: string): Promise<void> {
  if (!Bun.which("git")) return await cloneWithoutGit(url, dir);
  const command = ["git", "clone", "--depth", "1", "--single-branch", "--no-tags", url, dir];
  console.log(`$ ${command.join(" ")}`);
  const env = { ...process.env, GIT_CONFIG_NOSYSTEM: "1", GIT_TERMINAL_PROMPT: "0" };
  const child = Bun.spawn(command, { env, stdio: ["ignore", "inherit", "inherit"] });
  const code = await child.exited;
  if (code !== 0) throw new DemoError(`git clone exited with ${code}`);
}

async function cloneWithoutGit(url: string, dir: string): Promise<void> {
  const [fs, { clone }, { default: http }] = await Promise.all([
    import("node:fs"),
    import("isomorphic-git"),
    import("isomorphic-git/http/node"),
  ]);
  console.log(`no git here: isomorphic-git clones ${url}`);
  await clone({ fs, http, dir, url, depth: 1, singleBranch: true, noTags: true });
}

/** Fetches the newest version of a module that a cloned index lists, and compares its hash. */
export async function fetchVerified(url: string, clone: string, module: string): Promise<void> {
  const lines = readFileSync(join(clone, "user", `${module}.index`), "utf8")
    .trim()
    .split("\n");
  const { version, checksum } = JSON.parse(lines.at(-1)!) as { version: string; checksum: string };
  const key = new URLSearchParams([[`${module}/${version}`, ""]]).toString().slice(0, -1);
  const address = `${url}/user/${key}.zip`;
  const response = await fetch(address);
  if (!response.ok) throw new DemoError(`${address} answered ${response.status}`);
  const bytes = await response.bytes();
  const hash = Bun.SHA256.hash(bytes, "hex");
  console.log(`${address}: ${bytes.length} bytes`);
  console.log(`index says  ${checksum}`);
  console.log(`bytes hash  ${hash}`);
  if (hash !== checksum) throw new DemoError(`${module} ${version} is not what the index says`);
}
