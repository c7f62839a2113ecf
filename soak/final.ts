/** What has to hold when everybody has stopped. */
import { join } from "node:path";
import { serve, succeed } from "../tests/support/executable.ts";
import { git, hasGit } from "../tests/support/git.ts";
import { checkClone, checkObjects } from "./cloners.ts";
import { findLost } from "./lost.ts";
import type { Trial } from "./trial.ts";
import { carryAll } from "./upkeep.ts";

type Say = (text: string) => void;

/**
 * Proves the registry and its replica, with an upstream that is well again.
 *
 * @param onProblem told what is lost or wrong, a line each
 */
export async function checkAll(trial: Trial, say: Say, onProblem: Say): Promise<void> {
  const { dir, replica, ledger, upstream } = trial;
  const check = async (what: string, work: () => Promise<void>) => {
    const started = performance.now();
    try {
      await work();
      say(`checked: ${what}, ${((performance.now() - started) / 1_000).toFixed(1)} s`);
    } catch (error) {
      onProblem(`${what}: ${error instanceof Error ? error.message : error}`);
    }
  };
  const command = (args: readonly string[], cwd: string) => succeed(args, { cwd, detached: true });

  upstream.setFaults({});
  await check(
    "verify of the registry as it was left",
    async () => void (await command(["verify"], dir)),
  );
  await check("everything upstream can be mirrored", async () => {
    await command(["mirror", "--full", "--strict", "-q"], dir);
  });
  await check("all of it can be carried to the replica", () => carryAll(trial));
  for (const [name, where] of [
    ["the registry", dir],
    ["the replica", replica],
  ] as const) {
    await check(`verify of ${name}`, async () => void (await command(["verify"], where)));
    if (hasGit) {
      const index = join(where, "data", "index");
      await check(`git fsck of ${name}`, () => checkObjects(index));
    } else say("skipped: git fsck and git clone, as there is no git");
    const { publications, projects } = ledger;
    const own = `${publications.length} publications, ${projects.length} KnitPkg versions`;
    await check(`${own} and ${upstream.entries.length} of upstream are in ${name}`, async () => {
      await using server = await serve(where, ["--offline"], {}, { detached: true });
      const mirrored = upstream.entries.map((entry) => ({ ...entry, yanked: undefined }));
      const publications = [...ledger.publications, ...mirrored];
      const lost = await findLost(server.url, { publications, projects: ledger.projects });
      for (const each of lost) onProblem(`lost in ${name}: ${each}`);
      if (!hasGit) return;
      const clone = trial.fresh("clone");
      await git(["clone", "-q", server.indexUrl, clone]);
      await checkClone(trial, clone, publications);
    });
  }
}
