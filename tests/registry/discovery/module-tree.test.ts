/** Every module of the public index, as `moon tree` sees it. Skipped without `moon` or the index. */
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openObjectDatabase } from "../../../src/git/mod.ts";
import { openSnapshot, readFields } from "../../../src/index/mod.ts";
import { followDiscovery } from "../../../src/registry/discovery/discover.ts";
import { moduleTree } from "../../../src/registry/discovery/module-tree.ts";
import { git, realIndexBundle, realIndexRepository } from "../../support/git.ts";
import { tempDirectory } from "../../support/temp.ts";

const MOON = Bun.which("moon");

test.if(MOON !== null && realIndexBundle !== undefined)(
  "the trees of the public modules are those of `moon tree`",
  async () => {
    const gitdir = await realIndexRepository();
    const objects = openObjectDatabase(gitdir);
    const tip = (await git(["-C", gitdir, "rev-parse", "main"])).toString().trim();
    const snapshot = openSnapshot(objects, tip);
    const discovery = await followDiscovery(
      () => snapshot,
      (blob) => objects.read(blob).data,
    )();
    const home = tempDirectory("moon-home");
    mkdirSync(join(home, "registry"));
    await git(["clone", "-q", gitdir, join(home, "registry", "index"), "-b", "main"]);
    const project = tempDirectory("tree");
    const env = { PATH: process.env.PATH ?? "", HOME: home, MOON_HOME: home };

    let compared = 0;
    for (const { module, latest, dependencies } of discovery.modules) {
      if (dependencies.length === 0) continue;
      const { deps, "bin-deps": binDeps } = readFields(discovery.version(module, latest)!);
      const manifest = { name: module, version: latest, deps, "bin-deps": binDeps };
      writeFileSync(join(project, "moon.mod.json"), JSON.stringify(manifest));
      const moon = Bun.spawnSync([MOON!, "tree"], { cwd: project, env, stderr: "ignore" });
      const { modules, unmet } = moduleTree(discovery, module, latest);
      // A few cannot be read as a project of one's own: they name a folder beside them.
      if (moon.exitCode !== 0) continue;
      const labels = [...moon.stdout.toString().matchAll(/-> (\S+@\S+)/g)].map(
        ([, label]) => label!,
      );
      const self = `${module}@${latest}`;
      const theirs = [...new Set(labels)].filter((label) => label !== self).sort();
      const ours = modules.slice(1).map((each) => `${each.module}@${each.version}`);
      expect({ module, chosen: ours.sort(), unmet }).toEqual({ module, chosen: theirs, unmet: [] });
      compared++;
    }
    expect(compared).toBeGreaterThan(300);
  },
  60_000,
);
