/** KnitPkg's `resolve` on 10,000 projects of 20 versions. */
import { join } from "node:path";
import { appendRelease, projectPath } from "../src/projects/mod.ts";
import { git } from "../tests/support/git.ts";
import { compareAnswers } from "./answers.ts";
import { run, startOurs } from "./processes.ts";
import type { Result } from "./result.ts";
import type { World } from "./world.ts";

const ORGANIZATIONS = 100;
const PROJECTS_EACH = 100;
const VERSIONS = 20;

/** Each kind of range as often as the others. */
const RANGES = ["*", "^1.2.0", "~1.3.0", "1.x", "1.4.0", ">=1.0.0 <1.4.0 !=1.3.3"];

export async function benchResolve(world: World): Promise<Result[]> {
  const dir = world.fresh("projects");
  await run(["init", dir]);
  await writeProjects(join(dir, "data", "index"));
  using ours = await startOurs(dir);
  // Every project once: what is measured is a server that has been asked before.
  for (let at = 0; at < ORGANIZATIONS * PROJECTS_EACH; at++) {
    await (await fetch(ours.url + resolvePath(at, 0))).bytes();
  }
  const what = `resolve of ${ORGANIZATIONS * PROJECTS_EACH} projects × ${VERSIONS} versions`;
  const paths = Array.from({ length: 5_000 }, (_, at) => resolvePath(at * 7, at));
  return await compareAnswers(world, ours, what, paths);
}

function nameOf(at: number) {
  const organization = `org${at % ORGANIZATIONS}`;
  return { target: "mql5", organization, name: `project${Math.floor(at / ORGANIZATIONS)}` };
}

function resolvePath(at: number, range: number): string {
  const { target, organization, name } = nameOf(at % (ORGANIZATIONS * PROJECTS_EACH));
  const specifier = encodeURIComponent(RANGES[range % RANGES.length]!);
  return `/v1/project/${target}/${organization}/${name}/${specifier}/resolve`;
}

async function writeProjects(gitdir: string): Promise<void> {
  const parts = [
    "commit refs/heads/knitpkg\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata 0\n",
  ];
  for (let at = 0; at < ORGANIZATIONS * PROJECTS_EACH; at++) {
    const data = projectFile(at);
    const path = projectPath(nameOf(at)).join("/");
    parts.push(`M 100644 inline ${path}\ndata ${data.length}\n${data}\n`);
  }
  await git(["-C", gitdir, "fast-import", "--quiet"], parts.join(""));
}

/** Four minor versions of five patches each. */
function projectFile(at: number): Buffer {
  let data = Buffer.alloc(0);
  for (let number = 0; number < VERSIONS; number++) {
    data = Buffer.from(
      appendRelease(data, {
        version: `1.${Math.floor(number / 5) + 1}.${number % 5}`,
        commitHash: `${at}`.padStart(8, "0").repeat(5),
        repoUrl: `https://git.example/org/project${at}.git`,
        verified: true,
        type: "package",
        description: "What this project is for, in as many words as most say it",
        versionDescription: null,
        keywords: ["one", "two"],
        author: "Somebody",
        license: "MIT",
        dependencies: {},
        isPrivate: false,
        createdAt: "2026-01-02T03:04:05.000Z",
        by: "local:somebody",
      }),
    );
  }
  return data;
}
