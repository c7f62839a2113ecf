/** Commands on a registry, while its server runs. */
import { execute } from "../tests/support/executable.ts";
import { pause } from "./actor.ts";
import type { Trial } from "./trial.ts";

export interface CommandOptions {
  /** Kills it so long after it began, as a power cut would. */
  readonly killAfterMs?: number | undefined;
  /** It needs the upstream, which fails at times. */
  readonly asksUpstream?: boolean;
}

/** The fields of what a command says that are of interest here. */
export interface Answered {
  readonly checksum?: string;
  readonly id?: string;
  readonly error?: { readonly code?: string };
}

/** What a command may fail with when its upstream does. */
const UPSTREAM_CODES = new Set(["upstream", "timeout", "integrity"]);
const DONE_IN_PART = 3;

/** How often a command is given again while others write: they do most of the time. */
const TRIES = 20;
const RETRY_MS = 100;

/**
 * Runs a command.
 *
 * @returns its last record; undefined when it was killed, others went on writing, or the upstream failed
 */
export async function runCommand(
  trial: Pick<Trial, "count" | "stopping">,
  args: readonly string[],
  cwd: string,
  options: CommandOptions,
): Promise<Answered | undefined> {
  for (let tried = 1; tried <= TRIES; tried++) {
    const answered = await runOnce(trial, args, cwd, options);
    if (answered !== "busy") return answered;
    await pause(RETRY_MS, trial.stopping);
  }
  trial.count("busy");
  return undefined;
}

async function runOnce(
  { count }: Pick<Trial, "count">,
  args: readonly string[],
  cwd: string,
  { killAfterMs, asksUpstream = false }: CommandOptions,
): Promise<Answered | "busy" | undefined> {
  const killedBy = killAfterMs === undefined ? undefined : AbortSignal.timeout(killAfterMs);
  const { code, stdout, stderr } = await execute([...args, "--json", "-q"], {
    cwd,
    detached: true,
    ...(killedBy && { killedBy }),
  });
  if (code === 0) return lastRecord(stdout) ?? {};
  if (killedBy?.aborted) {
    count("killed");
    return undefined;
  }
  if (asksUpstream && code === DONE_IN_PART) return lastRecord(stdout) ?? {};
  const failure = lastRecord(stderr)?.error?.code;
  if (failure === "busy") return "busy";
  if (asksUpstream && failure !== undefined && UPSTREAM_CODES.has(failure)) {
    count("not to be had");
    return undefined;
  }
  throw new Error(`${args.join(" ")} exited with ${code}: ${stderr}${stdout.slice(-1_000)}`);
}

/** What a command prints is one value over many lines, or one on each. */
function lastRecord(text: string): Answered | undefined {
  return parsed(text) ?? parsed(text.trimEnd().split("\n").at(-1) ?? "");
}

function parsed(text: string): Answered | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Answered) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
