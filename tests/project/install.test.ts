/** install.sh against a local server, with a stand-in for the executable. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { checksumLines, TARGETS } from "../../scripts/targets.ts";
import { tempDirectory } from "../support/temp.ts";

const SCRIPT = join(import.meta.dir, "..", "..", "install.sh");
const PROGRAM = "#!/bin/sh\necho stand-in\n";
const posix = process.platform !== "win32";

/** What the server has, by path; a test adds to it under a base of its own. */
const served = new Map<string, string>();
let server: Bun.Server<undefined>;

beforeAll(() => {
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const body = served.get(new URL(request.url).pathname);
      return body === undefined ? new Response("", { status: 404 }) : new Response(body);
    },
  });
  publish("/good", PROGRAM);
  publish("/bad", PROGRAM, "something else");
  publish("/broken", "#!/bin/sh\necho libstdc++.so.6 is missing >&2\nexit 127\n");
});

afterAll(() => server.stop(true));

/** Puts every target under a base, with the hashes of another program if there is one. */
function publish(base: string, program: string, hashed: string = program): void {
  const files = TARGETS.map(({ file }) => ({ file, bytes: Buffer.from(hashed) }));
  served.set(`${base}/dist/SHA256SUMS`, checksumLines(files));
  for (const { file } of TARGETS) served.set(`${base}/dist/${file}`, program);
}

interface Machine {
  readonly os?: string;
  readonly arch?: string;
  /** What `ldd --version` says. */
  readonly ldd?: string;
  /** Programs that this machine lacks. */
  readonly without?: readonly string[];
}

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly home: string;
}

/** Runs the script, or some text in its place, in a new home on a machine of a kind. */
async function install(
  args: readonly string[],
  machine: Machine = {},
  { script, home = tempDirectory("home") }: { script?: string; home?: string } = {},
): Promise<Result> {
  const child = Bun.spawn(["/bin/sh", "-s", "--", ...args], {
    // A shell of people who work with CDPATH and export it: `cd` goes by it, and says so.
    env: { HOME: home, PATH: path(machine), TMPDIR: tempDirectory("scratch"), CDPATH: home },
    cwd: home,
    stdin: Buffer.from(script ?? readFileSync(SCRIPT, "utf8")),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  return { code, stdout, stderr, home };
}

/** A PATH with only what the script may need, and a machine's answers. */
function path({ os = "Linux", arch = "x86_64", ldd, without = [] }: Machine): string {
  const bin = tempDirectory("bin");
  const program = (name: string, text: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  const tools = "curl wget sha256sum shasum cut mktemp mkdir cp mv rm chmod cat".split(" ");
  for (const tool of tools.filter((each) => !without.includes(each))) {
    const found = Bun.which(tool);
    if (found) program(tool, `exec ${found} "$@"`);
  }
  program("uname", `case $1 in -s) echo ${os} ;; -m) echo ${arch} ;; esac`);
  program("ldd", `echo '${ldd ?? "ldd (GNU libc) 2.36"}' >&2; exit 1`);
  return bin;
}

const installed = ({ home }: Result, name = "moonbit-registry") => join(home, ".local/bin", name);
const url = (base: string) => `http://127.0.0.1:${server.port}${base}`;

describe.if(posix)("install.sh", () => {
  test("installs what has the right hash, and says how to find it", async () => {
    const result = await install(["--from", url("/good/")]);
    expect(result.stderr).toBe("");
    expect(result.code).toBe(0);
    expect(readFileSync(installed(result), "utf8")).toBe(PROGRAM);
    expect(result.stdout).toContain(`export PATH="${join(result.home, ".local/bin")}:$PATH"`);
    expect(await Bun.$`${installed(result)}`.text()).toBe("stand-in\n");
    expect(readdirSync(join(result.home, ".local/bin"))).toEqual(["moonbit-registry"]);
  });

  test("installs into a directory that is named as it lies from here", async () => {
    const result = await install(["--from", url("/good"), "--to", "some/bin"]);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toContain(
      `Installed ${join(result.home, "some/bin/moonbit-registry")}\n`,
    );
    expect(readdirSync(join(result.home, "some/bin"))).toEqual(["moonbit-registry"]);
  });

  test("installs nothing where a directory has the program's name", async () => {
    const home = tempDirectory("home");
    mkdirSync(join(home, ".local/bin/moonbit-registry"), { recursive: true });
    const result = await install(["--from", url("/good")], {}, { home });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`${installed(result)} is a directory`);
    expect(readdirSync(installed(result))).toEqual([]);
  });

  test("installs nothing that has a wrong hash", async () => {
    const result = await install(["--from", url("/bad")]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("has SHA-256");
    expect(readdirSync(result.home)).toEqual([]);
  });

  test.each([
    ["ldd (GNU libc) 2.36", "--to DIR"],
    ["musl libc (x86_64)", "apk add libstdc++"],
  ])("on %s installs nothing that does not run, and says why", async (ldd, hint) => {
    const result = await install(["--from", url("/broken")], { ldd });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("does not run here: libstdc++.so.6 is missing");
    expect(result.stderr).toContain(hint);
    expect(readdirSync(join(result.home, ".local/bin"))).toEqual([]);
  });

  test("does without curl and without sha256sum when there are wget and shasum", async () => {
    for (const without of [["curl"], ["wget"], ["sha256sum"], ["shasum"]]) {
      if (without[0] === "curl" && !Bun.which("wget")) continue;
      if (without[0] === "sha256sum" && !Bun.which("shasum")) continue;
      const result = await install(["--from", url("/good")], { without });
      expect(result.stderr).toBe("");
      expect(existsSync(installed(result))).toBe(true);
    }
  });

  test("names what is missing when it can neither download nor verify", async () => {
    const neither = await install(["--from", url("/good")], { without: ["curl", "wget"] });
    expect(neither.code).toBe(1);
    expect(neither.stderr).toContain("curl or wget is needed");
    const unverified = await install(["--from", url("/good")], {
      without: ["sha256sum", "shasum"],
    });
    expect(unverified.code).toBe(1);
    expect(unverified.stderr).toContain("sha256sum or shasum is needed");
    expect(readdirSync(unverified.home)).toEqual([]);
  });

  test.each([
    ["Linux", "x86_64", "ldd (Debian GLIBC 2.36)", "linux-x64"],
    ["Linux", "aarch64", "ldd (GNU libc) 2.36", "linux-arm64"],
    ["Linux", "x86_64", "musl libc (x86_64)", "linux-x64-musl"],
    ["Linux", "aarch64", "musl libc (aarch64)", "linux-arm64-musl"],
    ["Darwin", "arm64", "", "macos-arm64"],
    ["Darwin", "x86_64", "", "macos-x64"],
    ["MINGW64_NT-10.0", "x86_64", "", "windows-x64.exe"],
  ])("on %s %s (%s) takes %s", async (os, arch, ldd, file) => {
    const result = await install(["--from", url("/good")], { os, arch, ldd });
    expect(result.stdout).toContain(`Downloading moonbit-registry-${file} `);
    expect(TARGETS.map((target) => target.file)).toContain(`moonbit-registry-${file}`);
    expect(
      existsSync(installed(result)) || existsSync(installed(result, "moonbit-registry.exe")),
    ).toBe(true);
  });

  test("names a machine that has no build", async () => {
    for (const [machine, name] of [
      [{ os: "SunOS" }, "SunOS x86_64"],
      [{ arch: "riscv64" }, "Linux riscv64"],
    ] as const) {
      const result = await install(["--from", url("/good")], machine);
      expect(result.code).toBe(1);
      expect(result.stderr).toContain(`there is no build for ${name}`);
      expect(readdirSync(result.home)).toEqual([]);
    }
  });

  test("says what could not be downloaded", async () => {
    const result = await install(["--from", url("/nothing")]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`cannot download ${url("/nothing")}/dist/SHA256SUMS`);
  });

  test("installs where it is told to, and removes it from there", async () => {
    const dir = join(tempDirectory("target"), "with space");
    expect((await install(["--from", url("/good"), "--to", dir])).code).toBe(0);
    expect(existsSync(join(dir, "moonbit-registry"))).toBe(true);
    const removed = await install(["--uninstall", "--to", dir]);
    expect(removed.stdout).toContain("Removed");
    expect(readdirSync(dir)).toEqual([]);
    const again = await install(["--uninstall", "--to", dir]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("There is no moonbit-registry");
  });

  test("refuses words that it does not know", async () => {
    const result = await install(["--form", "x"]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("unknown option --form");
  });

  test("does nothing when it was cut short at any line", async () => {
    const lines = readFileSync(SCRIPT, "utf8").trimEnd().split("\n");
    const cuts = Array.from({ length: lines.length }, (_, at) => lines.slice(0, at).join("\n"));
    const last = lines.at(-1)!;
    const start = `${lines.slice(0, -1).join("\n")}\n`;
    const inLast = Array.from({ length: last.length }, (_, at) => start + last.slice(0, at));
    const results = await Promise.all(
      [...cuts.map((text) => `${text}\n`), ...inLast].map((text) =>
        install(["--from", url("/good")], {}, { script: text }),
      ),
    );
    for (const { home, stdout } of results) {
      expect(readdirSync(home)).toEqual([]);
      expect(stdout).toBe("");
    }
    expect(results.length).toBeGreaterThan(100);
  });

  test.skipIf(!Bun.which("shellcheck"))("is clean by shellcheck", async () => {
    const { exitCode, stdout } = await Bun.$`shellcheck --shell=sh ${SCRIPT}`.nothrow().quiet();
    expect(stdout.toString()).toBe("");
    expect(exitCode).toBe(0);
  });
});
