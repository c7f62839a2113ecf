/** What the documents tell to do: their commands run, and their files are what they say. */
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { execute, serve, succeed } from "../support/executable.ts";
import { recipe, section } from "../support/recipe.ts";
import { tempDirectory } from "../support/temp.ts";
import { sampleIndex } from "../support/upstream/mod.ts";
import { createWorld, ofModules } from "../support/world.ts";

const ROOT = join(import.meta.dir, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const BASH = Bun.which("bash");

/** Types a recipe with local upstreams in place of the named addresses. Returns what it says. */
async function typed(
  words: readonly string[][],
  addresses: Readonly<Record<string, string>>,
  mooncakes: string,
): Promise<{ output: Map<string, string>; cwd: string }> {
  const env = { PARTNER_TOKEN: "t0ken" };
  const output = new Map<string, string>();
  let cwd = tempDirectory();
  for (const each of words) {
    const local = each.map((word) => addresses[word] ?? word);
    const [name, sub] = local;
    if (name === "serve") {
      await using server = await serve(cwd);
      expect((await fetch(`${server.url}/ready`)).status).toBe(200);
      continue;
    }
    const ran = await execute(local, { cwd, env });
    expect({ command: local.join(" "), ...ran }).toMatchObject({ code: 0 });
    output.set(each.join(" "), ran.stdout);
    if (name === "init") cwd = join(cwd, local[1]!);
    if (name === "source" && sub === "add" && local.includes("--from-preset")) {
      await succeed(["config", "sources.mooncakes.index_url", `${mooncakes}/git/index`], { cwd });
      await succeed(["config", "sources.mooncakes.download_url", mooncakes], { cwd });
    }
  }
  return { output, cwd };
}

test("several sources behind one address, as docs/multiple-sources.md has it", async () => {
  const all = sampleIndex();
  await using open = await createWorld();
  await using partner = await createWorld({ entries: ofModules(all, "illusory0x0/🐫") });
  await using internal = await createWorld({
    entries: ofModules(all, "moonbitlang/x").slice(0, 2),
  });
  const addresses = {
    "https://internal.example": internal.upstream.url,
    "https://partner.example": partner.upstream.url,
  };
  const words = recipe(read("docs/multiple-sources.md"));
  const { output, cwd } = await typed(words, addresses, open.upstream.url);
  expect(output.get("source list --conflicts")).toContain(
    "moonbitlang/x: from internal; shadowed: mooncakes",
  );
  for (const { headers } of partner.upstream.requests) {
    expect(headers.get("authorization")).toBe("Bearer t0ken");
  }
  for (const { headers } of [...open.upstream.requests, ...internal.upstream.requests]) {
    expect(headers.get("authorization")).toBeNull();
  }
  const status = JSON.parse(await succeed(["status", "--json"], { cwd }));
  expect(status.sources.map(({ name }: { name: string }) => name)).toEqual([
    "internal",
    "partner",
    "mooncakes",
  ]);
  expect(status.stored.versions).toBeGreaterThan(2);
});

/** In the executable's place: its mooncakes is a local upstream, and it serves for no longer than a moment. */
const standIn = (executable: string, mooncakes: string) => `#!/bin/sh
case "$*" in *serve*) exec "${executable}" -d cache status ;; esac
"${executable}" "$@" || exit
case "$*" in *"source add"*)
  "${executable}" -d cache config sources.mooncakes.index_url "${mooncakes}/git/index" &&
  "${executable}" -d cache config sources.mooncakes.download_url "${mooncakes}" ;;
esac
`;

test.if(BASH !== null && process.platform !== "win32")(
  "a CI cache, as docs/ci-cache.md has it, runs again, and without its source when it is warm",
  async () => {
    await using world = await createWorld();
    const text = section(read("docs/ci-cache.md"), "Anywhere else");
    const script = /```sh\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
    const [cwd, bin] = [tempDirectory("ci"), tempDirectory("bin")];
    const program = join(bin, "moonbit-registry");
    writeFileSync(program, standIn(binary(), world.upstream.url), { mode: 0o755 });
    for (const turn of ["cold", "warm", "away"]) {
      if (turn === "away") await world.upstream.stop();
      const child = Bun.spawn([BASH!, "-e", "-c", script], {
        cwd,
        env: { PATH: `${bin}:${process.env.PATH}`, HOME: cwd },
        stdout: "pipe",
        stderr: "pipe",
      });
      const [out, err] = [new Response(child.stdout).text(), new Response(child.stderr).text()];
      expect({ turn, code: await child.exited, err: await err }).toMatchObject({ code: 0 });
      expect(await out).toMatch(/^Stored: +[1-9]/m);
    }
  },
);

interface Step {
  readonly id: string;
  readonly shell: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: string;
}

interface Action {
  readonly inputs: Readonly<Record<string, { description: string; default: string }>>;
  readonly outputs: Readonly<Record<string, { value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

/** Runs a composite action's steps as a runner does. */
async function runAction(inputs: Readonly<Record<string, string>>) {
  const action = Bun.YAML.parse(read("action.yml")) as Action;
  expect(action.runs.using).toBe("composite");
  const temp = tempDirectory("runner");
  const values = new Map<string, string>([["github.action_path", ROOT]]);
  for (const [name, input] of Object.entries(action.inputs)) {
    values.set(`inputs.${name}`, inputs[name] ?? input.default);
  }
  const filled = (text: string) =>
    text.replace(/\$\{\{ ([\w.-]+) \}\}/g, (_, name: string) => {
      expect(values.has(name) ? name : `no ${name}`).toBe(name);
      return values.get(name)!;
    });
  const environment = join(temp, "environment");
  writeFileSync(environment, "");
  let log = "";
  for (const { id, shell, env, run } of action.runs.steps) {
    expect(shell).toBe("bash");
    const output = join(temp, `output-${id}`);
    writeFileSync(output, "");
    const child = Bun.spawn([BASH!, "--noprofile", "--norc", "-eo", "pipefail", "-c", run], {
      cwd: temp,
      env: {
        PATH: process.env.PATH ?? "",
        HOME: temp,
        RUNNER_TEMP: temp,
        GITHUB_OUTPUT: output,
        GITHUB_ENV: environment,
        ...Object.fromEntries(Object.entries(env).map(([key, value]) => [key, filled(value)])),
      },
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, err] = [new Response(child.stdout).text(), new Response(child.stderr).text()];
    const code = await child.exited;
    log += (await out) + (await err);
    if (code !== 0) return { code, log, outputs: {}, environment: "" };
    for (const line of readFileSync(output, "utf8").split("\n").filter(Boolean)) {
      const [name, ...value] = line.split("=");
      values.set(`steps.${id}.outputs.${name}`, value.join("="));
    }
  }
  const outputs = Object.fromEntries(
    Object.entries(action.outputs).map(([name, { value }]) => [name, filled(value)]),
  );
  return { code: 0, log, outputs, environment: readFileSync(environment, "utf8") };
}

test.if(BASH !== null && process.platform !== "win32")(
  "the action mirrors, serves in the background and says where; a second run goes on",
  async () => {
    await using world = await createWorld();
    const directory = join(tempDirectory("kept"), "registry");
    const inputs = {
      executable: binary(),
      source: world.upstream.url,
      packages: "illusory0x0/*  moonbitlang/x",
      directory,
    };
    for (const requested of [true, false]) {
      const { code, outputs, environment, log } = await runAction(inputs);
      expect({ code, log }).toMatchObject({ code: 0 });
      const url = outputs["registry-url"]!;
      try {
        expect(environment).toBe(`MOONCAKES_REGISTRY=${url}\n`);
        expect(outputs.directory).toBe(directory);
        expect((await fetch(`${url}/ready`)).status).toBe(200);
        expect(world.upstream.archiveRequests().length > 0).toBe(requested);
      } finally {
        process.kill(Number(outputs.pid), "SIGTERM");
      }
      world.upstream.forgetRequests();
    }
  },
);

test.if(BASH !== null && process.platform !== "win32")(
  "the action goes on with a warning when its source is away and all that is wanted is stored",
  async () => {
    const world = await createWorld();
    const directory = join(tempDirectory("kept"), "registry");
    const inputs = { executable: binary(), source: world.upstream.url, directory };
    const packages = "illusory0x0/* moonbitlang/x";
    const first = await runAction({ ...inputs, packages });
    process.kill(Number(first.outputs.pid), "SIGTERM");
    await world.upstream.stop();
    for (const wanted of [packages, ""]) {
      const { code, outputs, log } = await runAction({ ...inputs, packages: wanted });
      expect({ wanted, code, log }).toMatchObject({ code: 0 });
      expect(log).toContain("::warning::");
      process.kill(Number(outputs.pid), "SIGTERM");
    }
    const more = await runAction({ ...inputs, packages: `${packages} moonbitlang/async` });
    expect(more).toMatchObject({
      code: 1,
      log: expect.stringMatching(/^::error::not in the cache: moonbitlang\/async@\d/m),
    });
    const unknown = await runAction({ ...inputs, packages: `${packages} demo/none` });
    expect(unknown).toMatchObject({
      code: 1,
      log: expect.stringMatching(/^::error::demo\/none matches no module$/m),
    });
    const empty = await runAction({ ...inputs, directory: join(tempDirectory(), "registry") });
    expect(empty).toMatchObject({
      code: 1,
      log: expect.stringMatching(/^::error::.* the cache is empty$/m),
    });
  },
);

test.if(BASH !== null && process.platform !== "win32")(
  "the action fails when its source does, and when it cannot serve",
  async () => {
    const inputs = { executable: binary(), directory: join(tempDirectory(), "registry") };
    const away = await runAction({ ...inputs, source: "http://127.0.0.1:1", packages: "a/b" });
    expect(away.code).toBe(1);
    expect(away.log).toContain("source source cannot be reached");
    await using world = await createWorld();
    const { port } = new URL(world.upstream.url);
    const taken = await runAction({
      ...inputs,
      directory: join(tempDirectory(), "registry"),
      source: world.upstream.url,
      port,
    });
    expect(taken.code).toBe(1);
    expect(taken.log).toContain("::error::moonbit-registry did not start");
    expect(taken.log).toContain(`port ${port} on 127.0.0.1 is in use`);
  },
);
