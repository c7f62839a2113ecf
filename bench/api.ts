/** The JSON API on the real index: search, a module, and the version that a range means. */
import { compareAnswers } from "./answers.ts";
import { startOurs } from "./processes.ts";
import type { Result } from "./result.ts";
import { QUERIES } from "./search.ts";
import type { World } from "./world.ts";

const MODULES = 200;

export async function benchApi(world: World): Promise<Result[]> {
  const dir = await world.mirrored();
  using ours = await startOurs(dir);
  const all = [...new Set(world.entries.map(({ module }) => module))];
  // Some of each letter.
  const modules = Array.from({ length: MODULES }, (_, at) => {
    return all[Math.floor((at * all.length) / MODULES)]!;
  });
  const words = modules.map((module) => module.split("/").at(-1)!);
  const searches = [...QUERIES, ...words].map((words) => encodeURIComponent(words));
  const plain = (module: string) => module.split("/").map(encodeURIComponent).join("/");
  const releases = new Map(
    world.entries
      .filter(({ version }) => /^\d+\.\d+\.\d+$/.test(version))
      .map(({ module, version }) => [module, version]),
  );
  const compare = (what: string, paths: readonly string[]) =>
    compareAnswers(world, ours, what, paths);
  return [
    ...(await compare(
      `search of ${all.length} modules`,
      searches.map((words) => `/api/v0/search?kw=${words}`),
    )),
    ...(await compare(
      "a module",
      modules.map((module) => `/api/v0/modules/${plain(module)}`),
    )),
    ...(await compare(
      "resolve of a range of a module",
      modules
        .filter((module) => releases.has(module))
        .map((module) => {
          const range = encodeURIComponent(`>=${releases.get(module)}`);
          return `/api/v0/resolve/${plain(module)}/${range}`;
        }),
    )),
  ];
}
