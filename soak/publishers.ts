/** Those who publish, yank and register, and write down what was acknowledged. */
import { rmSync } from "node:fs";
import { body } from "../tests/support/knitpkg.ts";
import { writeModule } from "../tests/support/module.ts";
import type { Random } from "../tests/support/random.ts";
import { generateArchive } from "../tests/support/upstream/mod.ts";
import type { Actor } from "./actor.ts";
import { type Answer, ask, insist, signed, told } from "./ask.ts";
import { runCommand } from "./command.ts";
import { Violation } from "./server.ts";
import { archivePath, sha256, type Trial } from "./trial.ts";

const MODULES_EACH = 12;

interface Draft {
  readonly module: string;
  readonly version: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export function publisherActors(trial: Trial): Actor[] {
  const own = (name: string, pauseMs: number, publish: Publish): Actor => {
    const next = versions(name);
    return { name, pauseMs, step: (random) => publish(trial, next(random), random) };
  };
  return [
    own("publisher1", 500, publishOne),
    own("publisher2", 500, publishOne),
    own("rivals", 3_000, publishTwice),
    own("committer", 4_000, publishDirectory),
    { name: "yanker", pauseMs: 1_500, step: (random) => changeYank(trial, random) },
    registrar(trial),
  ];
}

type Publish = (
  trial: Trial,
  what: { module: string; version: string },
  random: Random,
) => Promise<void>;

/** Names the next version of one of an owner's modules. */
function versions(owner: string) {
  const next = new Map<string, number>();
  return (random: Random) => {
    const module = `${owner}/module${random.int(MODULES_EACH)}`;
    const number = (next.get(module) ?? 0) + 1;
    next.set(module, number);
    return { module, version: `0.${number}.0` };
  };
}

function draft(what: { module: string; version: string }, random: Random): Draft {
  const { module, version } = what;
  const line = JSON.stringify({ name: module, version, license: "MIT", marker: random.int(1e9) });
  const size = 1_000 + random.int(random.chance(0.05) ? 400_000 : 20_000);
  const bytes = generateArchive({ module, version, checksum: "", line }, { size });
  return { module, version, bytes: new Uint8Array(bytes) };
}

/** @returns undefined when the soak ended first */
async function send(trial: Trial, { module, version, bytes }: Draft): Promise<Answer | undefined> {
  trial.ledger.attempt(module, version, sha256(bytes));
  return await insist(trial, `/api/v0/modules/${module}/${version}`, signed(trial, "PUT", bytes));
}

const isTaken = ({ status }: Answer) => status === 201 || status === 200;

async function publishOne(
  trial: Trial,
  what: { module: string; version: string },
  random: Random,
): Promise<void> {
  const one = draft(what, random);
  const answer = await send(trial, one);
  if (!answer) return;
  if (!isTaken(answer)) throw new Error(told(`publishing ${one.module}`, answer));
  trial.ledger.acknowledge(one.module, one.version, sha256(one.bytes));
  trial.count("published");
  if (!random.chance(0.3)) return;
  const read = await ask(trial, archivePath(one));
  if (read && (read.status !== 200 || sha256(read.bytes) !== sha256(one.bytes))) {
    throw new Violation(told(`${archivePath(one)}, just published,`, read));
  }
}

/** Two with the same version and other bytes at once: exactly one of them wins. */
async function publishTwice(
  trial: Trial,
  what: { module: string; version: string },
  random: Random,
): Promise<void> {
  const drafts = [draft(what, random), draft(what, random)];
  const answers = await Promise.all(drafts.map((each) => send(trial, each)));
  const taken = drafts.filter((_, at) => answers[at] && isTaken(answers[at]));
  const [winner] = taken;
  if (taken.length > 1) throw new Violation(`${what.module}@${what.version} was taken twice`);
  if (!winner) {
    if (answers.includes(undefined)) return;
    throw new Error(told(`publishing ${what.module} twice`, answers[0]!));
  }
  const loser = answers.find((answer) => answer && !isTaken(answer));
  if (loser && loser.status !== 409) throw new Error(told(`publishing ${what.module}`, loser));
  trial.ledger.acknowledge(winner.module, winner.version, sha256(winner.bytes));
  trial.count("published");
}

/** By the command, into the directory that the server serves; killed at times, and done again. */
async function publishDirectory(
  trial: Trial,
  { module, version }: { module: string; version: string },
  random: Random,
): Promise<void> {
  const dir = writeModule({ name: module, version }, trial.fresh("module"));
  try {
    // The command has to say what it would send: it is not this program that makes the archive.
    const dry = await runCommand(trial, ["publish", dir, "--dry-run"], trial.dir, {});
    if (!dry) return;
    const { checksum } = dry;
    if (checksum === undefined) throw new Error("publish --dry-run told no checksum");
    trial.ledger.attempt(module, version, checksum);
    while (!trial.stopping.aborted) {
      const killAfterMs = random.chance(0.3) ? random.int(150) : undefined;
      const done = await runCommand(trial, ["publish", dir], trial.dir, { killAfterMs });
      if (!done) continue;
      if (done.checksum !== checksum) throw new Violation(`${dir} was published as other bytes`);
      trial.ledger.acknowledge(module, version, checksum);
      return trial.count("published");
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Yanks one, or takes that back. Nobody else does, so that what was said last holds. */
async function changeYank(trial: Trial, random: Random): Promise<void> {
  const { publications } = trial.ledger;
  if (publications.length === 0) return;
  const one = random.pick(publications);
  const wanted = !one.yanked;
  one.yanked = undefined;
  const path = `/api/v0/modules/${one.module}/${one.version}/${wanted ? "yank" : "unyank"}`;
  const answer = await insist(trial, path, signed(trial, "POST", '{"reason":"a soak"}'));
  if (!answer) return;
  if (answer.status !== 200) throw new Error(told(path, answer));
  one.yanked = wanted;
  trial.count("yanks");
}

/** Registers versions of KnitPkg projects. */
function registrar(trial: Trial): Actor {
  let number = 0;
  return {
    name: "registrar",
    pauseMs: 2_000,
    async step(random) {
      const project = {
        organization: "soak",
        name: `project${random.int(MODULES_EACH)}`,
        version: `1.${++number}.0`,
        commit: random.bytes(20).toString("hex"),
      };
      const { organization, name, version, commit } = project;
      const sent = JSON.stringify(body({ organization, name, version, commit_hash: commit }));
      const path = "/v1/project/register";
      const answer = await insist(trial, path, signed(trial, "POST", sent));
      if (!answer) return;
      // Sent again after it was cut off, it may be there already, by nobody else.
      const isThere = answer.status === 409;
      if (!isThere && (answer.status < 200 || answer.status > 299)) {
        throw new Error(told(path, answer));
      }
      trial.ledger.acknowledgeProject(project);
      trial.count("registered");
    },
  };
}
