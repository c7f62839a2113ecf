/** The files below `deploy/`: they start what they say, with no more rights than it needs. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { tempDirectory } from "../support/temp.ts";

const DEPLOY = join(import.meta.dir, "../../deploy");
const read = (name: string) => readFileSync(join(DEPLOY, name), "utf8");

test("the container's entry makes a registry once, and runs what it is told there", async () => {
  const bin = tempDirectory("bin");
  symlinkSync(binary(), join(bin, "moonbit-registry"));
  const registry = join(tempDirectory("volume"), "registry");
  const start = async (...words: string[]) => {
    const child = Bun.spawn(["/bin/sh", join(DEPLOY, "container-start.sh"), ...words], {
      env: { PATH: `${bin}:${process.env.PATH}`, MOONBIT_REGISTRY_DIR: registry },
      stdout: "pipe",
      stderr: "pipe",
    });
    const text = await new Response(child.stdout).text();
    expect(await child.exited).toBe(0);
    return text;
  };
  expect(await start("config", "registry.name")).toContain("team");
  await start("config", "registry.name", "other");
  expect(await start("config", "registry.name")).toContain("other");
});

test("the container runs without root, and its file system can be read-only", () => {
  const lines = read("Containerfile").split("\n");
  const user = lines.find((line) => line.startsWith("USER "));
  expect(Number(/\d+/.exec(user ?? "")?.[0])).toBeGreaterThan(0);
  for (const line of lines.filter((each) => each.startsWith("COPY "))) {
    const [from] = line.split(" ").slice(2);
    expect(from === "dist/moonbit-registry" || existsSync(join(DEPLOY, "..", from!))).toBe(true);
  }
  const { services } = Bun.YAML.parse(read("compose.yaml")) as {
    services: { registry: Record<string, unknown> };
  };
  expect(services.registry).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
});

const ANALYZE = Bun.which("systemd-analyze");

test.if(ANALYZE !== null)("the systemd unit is understood, and exposes little", async () => {
  const run = async (...words: string[]) => {
    const child = Bun.spawn([ANALYZE!, ...words], { stdout: "pipe", stderr: "pipe" });
    const [out, err] = [new Response(child.stdout).text(), new Response(child.stderr).text()];
    await child.exited;
    return (await out) + (await err);
  };
  const unit = join(DEPLOY, "moonbit-registry.service");
  const told = (await run("verify", "--man=no", unit)).split("\n");
  // The executable is not installed here; anything else would be a mistake in the file.
  const ours = told.filter((line) => line.includes("moonbit-registry"));
  expect(ours.filter((line) => !line.includes("not executable"))).toEqual([]);
  const exposure = await run("security", "--offline=true", "--no-pager", unit);
  const level = /exposure level for .*: ([\d.]+)/.exec(exposure)?.[1];
  if (level !== undefined) expect(Number(level)).toBeLessThan(3);
});
