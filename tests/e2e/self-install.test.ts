/** A machine without the internet gets the program from a registry that runs. */
import { expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { executableFor } from "../../src/distribution/targets.ts";
import { binary } from "../support/binary.ts";
import { serve, start, succeed } from "../support/executable.ts";
import { tempDirectory } from "../support/temp.ts";

/** What the executable that is tested is called in a release. */
const OWN = executableFor({
  platform: process.platform,
  arch: process.arch,
  // It names its loader near its start.
  musl: readFileSync(binary()).subarray(0, 4096).includes("/ld-musl-"),
})!;

const TOOLS = Bun.which("sh") !== null && Bun.which("curl") !== null;

/** `curl … | sh` in a new home, with an environment that holds nothing else. */
async function pipe(url: string, words = "") {
  const home = tempDirectory("home");
  const command = `curl -fsSL ${url}/install.sh | sh ${words}`;
  const child = Bun.spawn(["/bin/sh", "-c", command], {
    env: { HOME: home, PATH: "/usr/bin:/bin" },
    cwd: home,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const program = join(home, ".local/bin/moonbit-registry");
  return { home, program, stdout, stderr, code };
}

async function emptyRegistry(): Promise<string> {
  const dir = tempDirectory("registry");
  await succeed(["init", "."], { cwd: dir });
  return dir;
}

test.if(TOOLS)("curl | sh installs from the server itself, and uninstalls", async () => {
  const dir = await emptyRegistry();
  await using server = await serve(dir);
  const { program, home, ...result } = await pipe(server.url);
  expect(result).toMatchObject({ code: 0, stderr: "" });
  expect(result.stdout).toContain(`setup-client ${server.url}`);
  expect(result.stdout).toContain(`export PATH="${join(home, ".local/bin")}:$PATH"`);
  const child = Bun.spawn([program, "--version"], { env: {}, stdout: "pipe" });
  expect(await new Response(child.stdout).text()).toBe(await succeed(["--version"], { cwd: home }));
  const script = await (await fetch(`${server.url}/install.sh`)).text();
  const removed = Bun.spawn(["/bin/sh", "-s", "--", "--uninstall"], {
    env: { HOME: home, PATH: "/usr/bin:/bin" },
    stdin: Buffer.from(script),
    stdout: "pipe",
  });
  expect(await new Response(removed.stdout).text()).toContain("Removed");
  expect(readdirSync(dirname(program))).toEqual([]);
});

test.if(TOOLS)("what does not have the hash of SHA256SUMS is not installed", async () => {
  const dir = await emptyRegistry();
  const dist = join(dir, "dist");
  mkdirSync(dist);
  writeFileSync(join(dist, OWN), "#!/bin/sh\necho something else\n");
  writeFileSync(join(dist, "SHA256SUMS"), `${"0".repeat(64)}  ${OWN}\n`);
  await using server = await serve(dir);
  const { program, code, stderr } = await pipe(server.url);
  expect(code).toBe(1);
  expect(stderr).toContain(`instead of ${"0".repeat(64)}: not installed`);
  expect(existsSync(program)).toBe(false);
});

test("an executable is handed out as files are: in parts, by its hash, and by its name only", async () => {
  const dir = await emptyRegistry();
  await using server = await serve(dir, ["--read-only"]);
  const url = `${server.url}/dist/${OWN}`;
  const sums = await (await fetch(`${server.url}/dist/SHA256SUMS`)).text();
  const line = sums.split("\n").find((each) => each.endsWith(`  ${OWN}`));
  const hash = line?.slice(0, 64);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  const head = await fetch(url, { method: "HEAD" });
  expect(head.headers.get("etag")).toBe(`"${hash}"`);
  expect(Number(head.headers.get("content-length"))).toBeGreaterThan(1_000_000);
  expect(head.headers.get("content-type")).toBe("application/octet-stream");
  const part = await fetch(url, { headers: { range: "bytes=1-3" } });
  expect(part.status).toBe(206);
  if (process.platform === "linux") expect(await part.text()).toBe("ELF");
  const again = await fetch(url, { headers: { "if-none-match": `"${hash}"` } });
  expect(again.status).toBe(304);
  for (const path of ["moonbit-registry-amiga", "..%2Fregistry.toml", "registry.toml"]) {
    const missing = await fetch(`${server.url}/dist/${path}`);
    expect(missing.status).toBe(404);
    const hint = expect.stringMatching(/^there are moonbit-registry-/);
    expect(await missing.json()).toMatchObject({ error: { hint } });
  }
});

test("installers point at the address that was asked, and never repeat what a header slips in", async () => {
  await using server = await serve(await emptyRegistry());
  const named = await fetch(`${server.url}/install.ps1`, { headers: { host: "reg.local:99" } });
  expect(await named.text()).toContain('$ServedBy = "http://reg.local:99"');
  const forged = await fetch(`${server.url}/install.sh`, { headers: { host: 'x"$(id)"' } });
  expect(forged.status).not.toBe(200);
  expect(await forged.text()).not.toContain("$(id)");
});

test("serve without words finds the registry that its executable lies in", async () => {
  const dir = await emptyRegistry();
  for (const place of [dir, join(dir, "dist")]) {
    mkdirSync(place, { recursive: true });
    const program = join(place, OWN);
    linkOrCopy(binary(), program);
    const child = Bun.spawn([program, "status", "--json"], { cwd: "/", env: {}, stdout: "pipe" });
    expect(JSON.parse(await new Response(child.stdout).text())).toMatchObject({ dir });
  }
});

test("--advertise tells colleagues what to type, or that nobody else reaches it", async () => {
  const dir = await emptyRegistry();
  const told = await advertised(dir, "stdout", "$env:", ["--base-url", "http://reg.example"]);
  expect(told).toContain("curl -fsSL http://reg.example/install.sh | sh");
  expect(told).toContain("irm http://reg.example/install.ps1 | iex");
  expect(told).toContain("export MOONCAKES_REGISTRY=http://reg.example");
  const alone = await advertised(dir, "stderr", "0.0.0.0", []);
  // No warning: the launchers of a stick always ask.
  expect(alone).toContain("\nOnly this machine reaches it; share it with --host 0.0.0.0.");
});

/** It is big. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** What a server says on a stream until it has said some word. */
async function advertised(
  dir: string,
  stream: "stdout" | "stderr",
  last: string,
  args: readonly string[],
): Promise<string> {
  const child = start(["serve", "-p", "0", "--advertise", ...args], { cwd: dir });
  let text = "";
  for await (const chunk of child[stream].pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes(last) && text.endsWith("\n")) break;
  }
  child.kill("SIGTERM");
  await child.exited;
  return text;
}
