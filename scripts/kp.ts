/**
 * Puts KnitPkg's client into a virtual environment of Python's, for the tests that drive it:
 *
 *     node_modules/.kp/bin/kp
 *
 * Nothing depends on it: on a machine without Python or without a network those tests are skipped.
 */
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Tried against these. `keyrings.alt` keeps tokens in a file, where there is no desktop to keep them. */
const PACKAGES = ["knitpkg-mt==1.1.1", "keyrings.alt==5.0.2"];

/** It names a newer Python than it needs: that it runs is tried below. */
const OPTIONS = ["--quiet", "--disable-pip-version-check", "--ignore-requires-python"];
const PATIENCE = ["--retries", "1", "--timeout", "10"];

const INSTALL_MS = 180_000;
/** After a failure it is not tried again for so long: being offline should not slow every run. */
const AGAIN_MS = 24 * 3_600_000;

export interface KpSetUp {
  /** The program, when it is there. */
  readonly kp?: string;
  /** Why it is not. */
  readonly problem?: string;
}

/** @param root the project's directory */
export async function ensureKp(root: string): Promise<KpSetUp> {
  const named = process.env.MOONBIT_REGISTRY_TEST_KP;
  if (named !== undefined) {
    return named === "" ? { problem: "MOONBIT_REGISTRY_TEST_KP is empty" } : { kp: named };
  }
  const venv = join(root, "node_modules", ".kp");
  const kp = join(venv, "bin", "kp");
  const done = join(venv, "installed");
  const failed = join(root, "node_modules", ".kp-failed");
  if (existsSync(done)) return { kp };
  const before = statSync(failed, { throwIfNoEntry: false });
  if (before && Date.now() - before.mtimeMs < AGAIN_MS) {
    return { problem: `it could not be installed lately; delete ${failed} to try again` };
  }
  const problem = await install(venv, kp);
  if (problem === undefined) {
    writeFileSync(done, `${PACKAGES.join("\n")}\n`);
    return { kp };
  }
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(join(root, "node_modules"), { recursive: true });
  writeFileSync(failed, `${problem}\n`);
  return { problem };
}

/** @returns what went wrong, if something did */
async function install(venv: string, kp: string): Promise<string | undefined> {
  const python = Bun.which("python3", { PATH: process.env.PATH ?? "" });
  if (python === null) return "there is no python3";
  const steps: [string, string[]][] = [
    ["no virtual environment can be made", [python, "-m", "venv", "--clear", venv]],
    [
      "its packages cannot be had",
      [join(venv, "bin", "python"), "-m", "pip", "install", ...OPTIONS, ...PATIENCE, ...PACKAGES],
    ],
    ["it does not run here", [kp, "--version"]],
  ];
  for (const [problem, command] of steps) if (!(await succeeds(command))) return problem;
  return undefined;
}

async function succeeds(command: readonly string[]): Promise<boolean> {
  if (!existsSync(command[0]!)) return false;
  const child = Bun.spawn([...command], {
    stdio: ["ignore", "ignore", "ignore"],
    timeout: INSTALL_MS,
  });
  return (await child.exited) === 0;
}
