import { describe, expect, test } from "bun:test";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CLI, CLI_ENV, run } from "../support/cli.ts";
import { tempDirectory } from "../support/temp.ts";

const cwd = tempDirectory("cli");
const { version } = JSON.parse(readFileSync(join(import.meta.dir, "../../package.json"), "utf8"));

describe("help and version", () => {
  test("the version is one line", async () => {
    for (const word of ["--version", "-V"]) {
      expect(await run([word], { cwd })).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
    }
  });

  test("help is data when it was asked for, however that was", async () => {
    const asked = [
      ["mirror", "--help"],
      ["mirror", "-h"],
      ["help", "mirror"],
      ["--help", "mirror"],
      ["mirror", "x", "-j", "-h"],
    ];
    const answers = await Promise.all(asked.map((words) => run(words, { cwd })));
    for (const { code, stdout, stderr } of answers) {
      expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: "", stdout: answers[0]!.stdout });
    }
    expect(answers[0]!.stdout).toContain("Usage: moonbit-registry mirror");
    expect((await run(["source", "--help"], { cwd })).stdout).toContain("source COMMAND");
  });

  test("help is a complaint when a command is missing", async () => {
    for (const words of [[], ["source"], ["-q"]]) {
      const { code, stdout, stderr } = await run(words, { cwd });
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain("Usage: moonbit-registry ");
    }
  });
});

describe("wrong words", () => {
  const cases: [words: string[], stderr: string][] = [
    [["miror"], "error: unknown command miror\nhint:  did you mean mirror?\n"],
    [
      ["xyzzy"],
      "error: unknown command xyzzy\nhint:  `moonbit-registry --help` lists what there is\n",
    ],
    [
      ["toString"],
      "error: unknown command toString\nhint:  `moonbit-registry --help` lists what there is\n",
    ],
    [["source", "lst"], "error: unknown command source lst\nhint:  did you mean source list?\n"],
    [["mirror", "--ful"], "error: unknown option --ful for mirror\nhint:  did you mean --full?\n"],
    [["--ful"], "error: unknown option --ful\nhint:  see `moonbit-registry --help`\n"],
    [["--jsn"], "error: unknown option --jsn\nhint:  did you mean --json?\n"],
    [["mirror", "a/*", "-j", "abc"], 'error: -j wants a whole number from 1 to 256, not "abc"\n'],
    [["mirror", "--full", "a/*"], "error: --full takes everything; leave the patterns out\n"],
    [["serve", "--base-url", "x"], 'error: --base-url must be an http or https URL, not "x"\n'],
    [
      ["update", "--mooncakes", "--registry", "http://a"],
      "error: --registry and --mooncakes exclude each other\n",
    ],
    [["-d"], "error: -d wants a value\nhint:  write -d DIR\n"],
  ];
  for (const [words, stderr] of cases) {
    test(`${words.join(" ")} is refused with what was meant`, async () => {
      expect(await run(words, { cwd })).toEqual({ code: 2, stdout: "", stderr });
    });
  }

  test("are told as JSON with --json, on stderr", async () => {
    const { code, stdout, stderr } = await run(["mirror", "--ful", "--json"], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: "usage",
        message: "unknown option --ful for mirror",
        hint: "did you mean --full?",
      },
    });
  });
});

test("a reader that has enough ends the program quietly", async () => {
  // `true` is gone long before there is anything to write.
  const script = `{ "$@" --help; echo "exit $?" >&2; } | true`;
  const child = Bun.spawn(["/bin/sh", "-c", script, "sh", ...CLI], {
    cwd,
    env: { ...CLI_ENV, PATH: "/usr/bin:/bin" },
    stdout: "pipe",
    stderr: "pipe",
  });
  expect(await new Response(child.stderr).text()).toBe("exit 0\n");
});

describe("update", () => {
  /** A `moon` that says how it was called and exits with 7. */
  function fakeMoon(): string {
    const dir = tempDirectory("moon");
    const script = `#!/bin/sh\necho "registry=\${MOONCAKES_REGISTRY-none} words=$*"\nexit 7\n`;
    writeFileSync(join(dir, "moon"), script);
    chmodSync(join(dir, "moon"), 0o755);
    return dir;
  }

  const MOON = fakeMoon();

  async function update(words: string[], env: Record<string, string> = {}) {
    return await run(["update", ...words], { cwd, env: { PATH: MOON, ...env } });
  }

  test("runs moon against the registry that is named, and passes its exit code on", async () => {
    expect(await update(["--registry", "http://a:1/"])).toEqual({
      code: 7,
      stdout: "registry=http://a:1 words=update\n",
      stderr: "",
    });
  });

  test("runs it against the public registry, whatever the environment says", async () => {
    const { stdout } = await update(["--mooncakes", "--", "-v", "x y"], {
      MOONCAKES_REGISTRY: "http://b",
    });
    expect(stdout).toBe("registry=none words=update -v x y\n");
  });

  test("runs it against this registry's address", async () => {
    const dir = tempDirectory("cli");
    const addressOf = async (settings: string) => {
      writeFileSync(join(dir, "registry.toml"), `[server]\n${settings}\n`);
      return (await update(["-d", dir])).stdout.split(" ")[0];
    };
    expect(await addressOf("port = 99")).toBe("registry=http://127.0.0.1:99");
    expect(await addressOf('host = "0.0.0.0"')).toBe("registry=http://localhost:8080");
    expect(await addressOf('host = "::1"')).toBe("registry=http://[::1]:8080");
    expect(await addressOf('base_url = "https://r.example/x/"')).toBe(
      "registry=https://r.example/x",
    );
  });

  test("says what to do where there is no moon", async () => {
    const { code, stderr } = await run(["update", "--registry", "http://a:1"], { cwd });
    expect(code).toBe(1);
    expect(stderr).toStartWith("error: there is no `moon` on the PATH\nhint:  install MoonBit");
    expect(stderr).toContain("MOONCAKES_REGISTRY=http://a:1 moon update");
  });
});
