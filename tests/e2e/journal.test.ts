/** What a service says, where systemd's journal reads it: the journal has its own times and its levels. */
import { expect, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { succeed } from "../support/executable.ts";
import { tempDirectory } from "../support/temp.ts";

/** Runs a command with a file for the journal, until `done` or by itself. */
async function withJournal(
  args: readonly string[],
  stream: (file: { dev: number; ino: number }) => string,
  work?: (url: string, said: () => string) => Promise<void>,
): Promise<string> {
  const file = join(tempDirectory("journal"), "stderr");
  writeFileSync(file, "");
  const child = Bun.spawn([binary(), ...args], {
    env: { PATH: "", JOURNAL_STREAM: stream(statSync(file)) },
    stdin: "ignore",
    stdout: "pipe",
    stderr: Bun.file(file),
  });
  if (work) {
    let said = "";
    for await (const chunk of child.stdout) {
      said += Buffer.from(chunk).toString();
      const url = /http:\/\/[\d.]+:\d+/.exec(said)?.[0];
      if (url === undefined) continue;
      await work(url, () => readFileSync(file, "utf8"));
      child.kill("SIGTERM");
    }
  }
  await child.exited;
  return readFileSync(file, "utf8");
}

const itself = ({ dev, ino }: { dev: number; ino: number }) => `${dev}:${ino}`;

test("lines have the journal's levels, and no times of their own", async () => {
  const dir = join(tempDirectory(), "reg");
  await succeed(["init", dir], { cwd: tempDirectory() });
  const text = await withJournal(["-d", dir, "serve", "-p", "0"], itself, async (url, said) => {
    writeFileSync(join(dir, "registry.toml"), "[server");
    while (!said().includes("registry.toml")) await fetch(`${url}/health`);
  });
  expect(text).toMatch(/^<4>warning: .*registry\.toml.* going on with the settings from before$/m);
  expect(text).toMatch(/^127\.0\.0\.1 GET \/health 200 /m);
  expect(text).not.toContain("Ctrl-C");
});

test("an error is one there, with each of its lines", async () => {
  const text = await withJournal(["-d", tempDirectory("nowhere"), "status"], itself);
  expect(text).toMatch(/^<3>error: .*\n<3>hint: {2}.*\n$/);
});

test("what goes elsewhere is as ever, though a service began it", async () => {
  const text = await withJournal(["-d", tempDirectory("nowhere"), "status"], () => "1:1");
  expect(text).toMatch(/^error: /);
});
