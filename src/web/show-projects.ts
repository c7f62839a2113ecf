/** Pages of KnitPkg projects, as strangers may see them: without the private ones. */
import { isTarget, latestRelease, type ProjectName, type Release } from "../projects/mod.ts";
import { type ServedRegistry, wordsQuery } from "../registry/mod.ts";
import { newestFirst } from "../resolve/mod.ts";
import type { Html } from "./html.ts";
import { projectPageOf, projectsPageOf } from "./pages/project.ts";
import type { Site } from "./site.ts";

const MOST_LISTED = 100;

/** @throws {Failure} "not-found" */
export function showProject({ knitpkg }: ServedRegistry, site: Site, name: ProjectName): Html {
  const project = knitpkg.project(name, undefined);
  const releases = [...project.releases].sort(newestFirst);
  // A project that can be seen has a version.
  const latest = latestRelease(project) as Release;
  return projectPageOf(site, { ...name, latest, releases });
}

/** Undefined for what is no target. */
export function showProjects(
  { knitpkg }: ServedRegistry,
  site: Site,
  target: string,
  q: string,
): Html | undefined {
  if (!isTarget(target)) return undefined;
  const query = { ...wordsQuery(q), pageSize: MOST_LISTED };
  const { hits, total } = knitpkg.search(target, query, undefined);
  const items = hits.map(({ project: { organization, name }, latest }) => {
    const { version, description } = latest;
    return { organization, name, version, description };
  });
  return projectsPageOf(site, { target, q, total, items });
}
