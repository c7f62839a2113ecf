/** `npm run soak` for a few seconds, and what it takes for lost. */
import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { memoryLine } from "../../soak/figures.ts";
import { createLedger } from "../../soak/ledger.ts";
import { findLost } from "../../soak/lost.ts";
import { parseOptions } from "../../soak/options.ts";
import { binary } from "../support/binary.ts";
import { serve, succeed } from "../support/executable.ts";
import { writeModule } from "../support/module.ts";
import { tempDirectory } from "../support/temp.ts";

const SOAK = join(import.meta.dir, "..", "..", "soak", "soak.ts");

test("a soak that is interrupted still proves that nothing was lost, and leaves nothing behind", async () => {
  const scratch = tempDirectory("soak");
  const child = Bun.spawn([process.execPath, SOAK, "--minutes", "0.4"], {
    env: { ...process.env, MOONBIT_REGISTRY_BIN: binary(), TMPDIR: scratch },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  let said = "";
  let isInterrupted = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (isInterrupted || !/^0:1\d /m.test(said)) continue;
    isInterrupted = true;
    child.kill("SIGINT");
  }
  expect({ code: await child.exited, said }).toMatchObject({ code: 0 });
  expect(said).toMatch(/^soak of 0\.4 min with --seed \d+$/m);
  expect(said).toMatch(/^0:1\d .*archives \d+.*published \d+/m);
  expect(said).toContain("SIGINT: comes to an end");
  expect(said).toMatch(/^checked: \d+ publications, \d+ KnitPkg versions .* in the replica/m);
  expect(said).toEndWith("nothing was lost\n");
  expect(readdirSync(scratch)).toEqual([]);
}, 120_000);

describe("what is lost", () => {
  test("is what is not listed, has other bytes, or is not as yanked as was acknowledged", async () => {
    const dir = tempDirectory("registry");
    await succeed(["init", "."], { cwd: dir });
    const publish = async (name: string, version: string) => {
      const module = writeModule({ name, version });
      const said = await succeed(["publish", module, "-d", dir, "--json"], { cwd: dir });
      return (JSON.parse(said) as { checksum: string }).checksum;
    };
    const one = await publish("alice/json", "0.1.0");
    const two = await publish("alice/json", "0.2.0");
    const three = await publish("alice/xml", "0.1.0");
    await succeed(["yank", "alice/xml@0.1.0"], { cwd: dir });

    const ledger = createLedger();
    ledger.acknowledge("alice/json", "0.1.0", one);
    ledger.acknowledge("alice/json", "0.2.0", one);
    ledger.acknowledge("alice/json", "0.3.0", two);
    ledger.acknowledge("alice/xml", "0.1.0", three);
    ledger.acknowledge("bob/none", "0.1.0", two);
    ledger.acknowledgeProject({ organization: "a", name: "b", version: "1.0.0", commit: "c0ffee" });
    await using server = await serve(dir, ["--offline"]);
    const lost = async () => (await findLost(server.url, ledger)).map((line) => line.slice(0, 44));
    expect(await lost()).toEqual([
      "alice/json@0.2.0: its archive has other byte",
      "alice/json@0.3.0: is not listed",
      "alice/xml@0.1.0: is yanked",
      "bob/none@0.1.0: is not listed",
      expect.stringContaining("a/b@1.0.0: "),
    ]);
    // Nobody knows what became of a yank that was cut off.
    ledger.publications[3]!.yanked = undefined;
    expect(await lost()).toHaveLength(4);
  });
});

test("the command line takes minutes and a seed, and nothing else", () => {
  expect(parseOptions(["--minutes", "0.5", "--seed", "7"])).toEqual({
    minutes: 0.5,
    seed: 7,
    steady: false,
  });
  expect(parseOptions(["--steady", "--seed", "7"])).toEqual({ minutes: 10, seed: 7, steady: true });
  expect(parseOptions([])?.minutes).toBe(10);
  for (const args of [
    ["--minutes"],
    ["--minutes", "0"],
    ["--seed", "x"],
    ["5"],
    ["--hours", "1"],
  ]) {
    expect(parseOptions(args)).toBeUndefined();
  }
});

test("memory is told of the server that lived longest, once it had settled", () => {
  const life = (...megabytes: number[]) =>
    megabytes.map((each, at) => ({ seconds: at * 10, bytes: each * 1e6 }));
  expect(memoryLine([life(10, 200), life(10, 90, 91, 92, 95), []])).toBe(
    "memory of 3 servers: at most 200 MB; of the one that lived longest: 90 MB after 10 s, 95 MB after 40 s",
  );
  expect(memoryLine([[]])).toBe("memory: nothing is known of it");
});
