/** What an operator does, one thing after the other, while the server runs. */
import { rmSync } from "node:fs";
import type { Random } from "../tests/support/random.ts";
import type { Actor } from "./actor.ts";
import { runCommand } from "./command.ts";
import type { Trial } from "./trial.ts";

export function upkeepActors(trial: Trial): Actor[] {
  const carry = createCarrier(trial);
  const duties: readonly ((random: Random) => Promise<void>)[] = [
    (random) => sync(trial, random),
    (random) => mirror(trial, random),
    (random) => collect(trial, random),
    () => verify(trial, trial.dir),
    (random) => carry(random),
    (random) => carry(random),
  ];
  return [{ name: "operator", pauseMs: 1_500, step: (random) => random.pick(duties)(random) }];
}

/** At times, when to kill a command that is under way. */
const maybeKilled = (random: Random) => ({
  killAfterMs: random.chance(0.25) ? random.int(400) : undefined,
});

async function sync(trial: Trial, random: Random): Promise<void> {
  const options = { asksUpstream: true, ...maybeKilled(random) };
  if (await runCommand(trial, ["sync"], trial.dir, options)) trial.count("syncs");
}

async function mirror(trial: Trial, random: Random): Promise<void> {
  const { module } = random.pick(trial.upstream.entries);
  const options = { asksUpstream: true, ...maybeKilled(random) };
  if (await runCommand(trial, ["mirror", module], trial.dir, options)) trial.count("mirrors");
}

async function collect(trial: Trial, random: Random): Promise<void> {
  const args = random.chance(0.3) ? ["gc", "--keep-latest", "3"] : ["gc"];
  if (await runCommand(trial, args, trial.dir, maybeKilled(random))) trial.count("gc");
}

async function verify(trial: Trial, dir: string): Promise<void> {
  if (await runCommand(trial, ["verify"], dir, {})) trial.count("verify");
}

/** Carries what is new to the replica. A bundle that did not arrive is made anew. */
function createCarrier(trial: Trial): (random?: Random) => Promise<void> {
  /** The bundle that the replica took in last. */
  let base: string | undefined;
  return async (random) => {
    const bundle = trial.fresh("bundle");
    try {
      const since = base === undefined ? [] : ["--since", base];
      const made = await runCommand(trial, ["export", bundle, ...since], trial.dir, {});
      if (!made) return;
      const options = random ? maybeKilled(random) : {};
      if (!(await runCommand(trial, ["import", bundle], trial.replica, options))) return;
      if (made.id === undefined) throw new Error("an export told no id");
      base = made.id;
      trial.count("carried");
      if (!random || random.chance(0.3)) await verify(trial, trial.replica);
    } finally {
      rmSync(bundle, { force: true });
    }
  };
}

/** Carries all that is missing in the replica. @throws {Error} when that does not work */
export async function carryAll(trial: Trial): Promise<void> {
  await createCarrier(trial)();
}
