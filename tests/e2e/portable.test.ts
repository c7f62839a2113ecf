/** A registry on a stick: laid out, filled, carried to another machine and served there. */
import { expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { succeed } from "../support/executable.ts";
import { createFatImage, type FatImage, fatDriver } from "../support/fat.ts";
import { git, hasGit } from "../support/git.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld } from "../support/world.ts";

const sha256 = (data: string | Uint8Array) => Bun.SHA256.hash(data, "hex");
const MAC = "moonbit-registry-macos-arm64";
const WINDOWS = "moonbit-registry-windows-x64.exe";

/** A release's files, of two machines. */
function release(): string {
  const dir = tempDirectory("release");
  writeFileSync(join(dir, MAC), "mac");
  writeFileSync(join(dir, WINDOWS), "windows");
  writeFileSync(
    join(dir, "SHA256SUMS"),
    `${sha256("mac")}  ${MAC}\n${sha256("windows")}  ${WINDOWS}\n`,
  );
  return dir;
}

interface Layout {
  readonly isNew: boolean;
  readonly executables: readonly string[];
  readonly missing: readonly string[];
}

async function layOut(dir: string, ...words: string[]): Promise<Layout> {
  const text = await succeed(["init", "--portable", dir, "--json", ...words], { cwd: "/" });
  return JSON.parse(text);
}

const CAN_LAUNCH = hasGit && Bun.which("sh") !== null;

test.if(CAN_LAUNCH)("a stick is laid out and filled, and serve.sh serves it", async () => {
  await expectCarried(join(tempDirectory(), "stick"), undefined);
});

test.if(CAN_LAUNCH && fatDriver === "kernel")(
  "a stick of FAT32 is filled and served, also when it is pulled out and put back",
  async () => {
    await using fat = await createFatImage(400);
    await expectCarried(join(fat.dir, "stick"), fat);
  },
);

async function expectCarried(dir: string, fat: FatImage | undefined): Promise<void> {
  const made = await layOut(dir, "--dist", release());
  expect(made.isNew).toBe(true);
  expect(made.executables).toContain(MAC);
  expect(made.executables).toContain(WINDOWS);
  expect(made.executables.length).toBeGreaterThanOrEqual(2);
  expect(readdirSync(dir).sort()).toEqual(
    "README.txt data dist registry.toml serve.bat serve.command serve.sh".split(" "),
  );

  await using world = await createWorld();
  await succeed(["source", "add", "up", "--url", world.upstream.url], { cwd: dir });
  await succeed(["mirror", "illusory0x0/*", "--strict"], { cwd: dir });
  await fat?.unmount();
  await fat?.mount("ro");

  const scratch = tempDirectory("tmp");
  await using server = await launch(dir, scratch);
  const clone = join(tempDirectory(), "index");
  await git(["clone", "-q", "--depth", "1", `${server.url}/git/index`, clone]);
  expect(await git(["-C", clone, "ls-files", "user/illusory0x0"])).not.toBe("");
  expect(await (await fetch(`${server.url}/dist/${MAC}`)).text()).toBe("mac");
  if (fat) {
    await fat.pull();
    expect((await fetch(`${server.url}/ready`)).status).toBe(503);
    await fat.mount("ro");
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
    await Bun.$`rm -rf ${clone}`.quiet();
    await git(["clone", "-q", "--depth", "1", `${server.url}/git/index`, clone]);
  }
  expect(await server.stop()).toBe(0);
  expect(readdirSync(scratch)).toEqual([]);
}

/** serve.sh as it is started by a person, with only the machine's own tools, and a `cd` of their own. */
async function launch(dir: string, scratch: string) {
  const above = dirname(dir);
  const child = Bun.spawn(["sh", join(basename(dir), "serve.sh"), "-p", "0"], {
    cwd: above,
    env: { PATH: "/usr/bin:/bin", TMPDIR: scratch, CDPATH: above },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  let text = "";
  const reader = child.stdout.getReader();
  while (!/http:\S+/.test(text)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`serve.sh ended:\n${text}`);
    text += new TextDecoder().decode(value);
  }
  const stop = async () => {
    child.kill("SIGTERM");
    return await child.exited;
  };
  return {
    url: /http:\S+/.exec(text)![0],
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
