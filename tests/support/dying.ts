/**
 * The program in a bundle that can be told to die: every call of its own that changes the disk is a
 * step, and before the step with a given number it kills itself. Nothing of this is in the executable.
 */
import * as fs from "node:fs";
import * as promises from "node:fs/promises";
import { join } from "node:path";
import { tempDirectory } from "./temp.ts";

const ROOT = join(import.meta.dir, "../..");

/** Calls that change what is on the disk. */
const STEPS = new Set(
  [
    "write",
    "writeFile",
    "appendFile",
    "rename",
    "rm",
    "unlink",
    "mkdir",
    "fsync",
    "truncate",
  ].flatMap((name) => [name, `${name}Sync`]),
);

/** A module that is `node:fs` or `node:fs/promises`, with steps counted. */
function steppingModule(name: "node:fs" | "node:fs/promises"): string {
  const exported = Object.keys(name === "node:fs" ? fs : promises).filter(
    (key) => key !== "default",
  );
  const lines = exported.map((key) => {
    if (STEPS.has(key)) return `export const ${key} = stepping(real.${key});`;
    // A handle's own calls are steps as well, and so is making a file.
    if (key === "open") return `export const open = openStepping(real.open);`;
    return `export const ${key} = real.${key};`;
  });
  return `import * as real from ${JSON.stringify(name)};
    const state = (globalThis.dying ??= { steps: 0, at: Number(process.env.DIE_AT ?? 0) });
    const step = () => { if (++state.steps === state.at) process.kill(process.pid, "SIGKILL"); };
    const stepping = (call) => (...args) => { step(); return call(...args); };
    const openStepping = (open) => async (...args) => {
      if (!String(args[1] ?? "r").startsWith("r")) step();
      const handle = await open(...args);
      for (const name of ["write", "writeFile", "sync", "datasync", "truncate"])
        Object.defineProperty(handle, name, { value: stepping(handle[name].bind(handle)) });
      return handle;
    };
    ${lines.join("\n")}`;
}

let bundled: Promise<string> | undefined;

/** Builds it once, and gives its path. */
async function bundle(): Promise<string> {
  const { success, logs, outputs } = await Bun.build({
    entrypoints: [join(ROOT, "src/main.ts")],
    outdir: tempDirectory("dying"),
    target: "bun",
    throw: false,
    plugins: [
      {
        name: "dying",
        setup(build) {
          build.onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, async ({ path }) => {
            const text = await Bun.file(path).text();
            const contents = text.replace(/from "node:(fs(?:\/promises)?)"/g, 'from "dying:$1"');
            return { loader: "ts", contents };
          });
          build.onResolve({ filter: /^dying:/ }, ({ path }) => ({ path, namespace: "dying" }));
          build.onLoad({ filter: /.*/, namespace: "dying" }, ({ path }) => {
            const name = path.endsWith("/promises") ? "node:fs/promises" : "node:fs";
            return { loader: "js", contents: steppingModule(name) };
          });
        },
      },
    ],
  });
  if (!success) throw new Error(`no bundle: ${logs.join("\n")}`);
  return outputs[0]!.path;
}

/**
 * Runs a command that dies before its n-th step.
 *
 * @returns true when it died; false when it had fewer steps, and ended with 0
 */
export async function diesAt(n: number, args: readonly string[], cwd: string): Promise<boolean> {
  bundled ??= bundle();
  const child = Bun.spawn([process.execPath, await bundled, ...args], {
    cwd,
    env: { PATH: "", HOME: "/nonexistent", DIE_AT: String(n) },
    stdout: "ignore",
    stderr: "pipe",
  });
  const [code, stderr] = await Promise.all([child.exited, new Response(child.stderr).text()]);
  if (child.signalCode === "SIGKILL") return true;
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}:\n${stderr}`);
  return false;
}
