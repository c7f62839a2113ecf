/** Drives the built executable as a person would, and shows what is typed. */
import { join } from "node:path";
import { HOST_FILE } from "../scripts/targets.ts";

const ROOT = join(import.meta.dir, "..");
const GIVEN = process.env.MOONBIT_REGISTRY_BIN;
const EXECUTABLE = GIVEN ?? join(ROOT, "dist", HOST_FILE);

const FIRST_PORT = 8080;
const READY_WITHIN_MS = 10_000;

/** Why the demo ends early, in a line. */
export class DemoError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

let running: Bun.Subprocess | undefined;
let signalled = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    signalled = true;
    if (running?.exitCode === null) running.kill("SIGINT");
  });
}

/** Builds it anew, unless one is given: a demo of an old build would show what is no more. */
export async function buildExecutable(): Promise<void> {
  if (GIVEN !== undefined) return;
  const code = await Bun.spawn([process.execPath, join(ROOT, "build.ts")], {
    stdio: ["ignore", "inherit", "inherit"],
  }).exited;
  if (code !== 0) throw new DemoError("the executable was not built");
}

/** Runs a command to its end, in a directory if one is given. */
export async function run(args: readonly string[], cwd: string = ROOT): Promise<void> {
  const code = await start(args, cwd).exited;
  if (signalled) throw new DemoError("interrupted", 130);
  if (code !== 0) throw new DemoError(`moonbit-registry ${args[0]} exited with ${code}`, code);
}

/**
 * Starts a command. In a terminal, Ctrl-C reaches all of its process group; as leader of a group of
 * its own the command gets it once, from here, however it came.
 */
function start(args: readonly string[], cwd: string): Bun.Subprocess {
  if (signalled) throw new DemoError("interrupted", 130);
  console.log(`$ moonbit-registry ${args.map(quoted).join(" ")}`);
  const child = Bun.spawn([EXECUTABLE, ...args], {
    cwd,
    stdio: ["ignore", "inherit", "inherit"],
    detached: process.platform !== "win32",
  });
  running = child;
  return child;
}

const quoted = (word: string) => (/[*\s]/.test(word) ? `"${word}"` : word);

export interface Serving extends AsyncDisposable {
  readonly url: string;
  /** Resolves at Ctrl-C, when it has ended. */
  readonly interrupted: Promise<void>;
}

/** Starts `serve` and waits until it is ready. Disposing stops it. */
export async function startServing(registry: string): Promise<Serving> {
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = start(["serve", "-p", String(port)], registry);
  const stop = async () => {
    if (child.exitCode === null) child.kill("SIGTERM");
    await child.exited;
  };
  try {
    await ready(child, `${url}/ready`);
  } catch (error) {
    await stop();
    throw error;
  }
  const interrupted = child.exited.then((code) => {
    if (!signalled) throw new DemoError(`serve exited with ${code}`);
  });
  // Looked at by nobody when the demo stops by itself.
  interrupted.catch(() => {});
  return { url, interrupted, [Symbol.asyncDispose]: stop };
}

/** The port that the README names, or any other when that is taken. */
function freePort(): number {
  for (const port of [FIRST_PORT, 0]) {
    try {
      const listener = Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } });
      listener.stop(true);
      return listener.port;
    } catch (error) {
      if ((error as { code?: string }).code !== "EADDRINUSE") throw error;
    }
  }
  throw new DemoError("no port is free");
}

async function ready(child: Bun.Subprocess, url: string): Promise<void> {
  const end = Date.now() + READY_WITHIN_MS;
  while (Date.now() < end && child.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await Bun.sleep(20);
  }
  throw new DemoError("serve did not become ready");
}
