/** What the client reads of each thing, and a little more. Source: knitpkg-mt 1.1.1. */
import { splitModule } from "../../index/mod.ts";
import { latestRelease, type Project, type Release, releaseId } from "../../projects/mod.ts";
import {
  archivePath,
  MOONBIT,
  type ModuleRecord,
  moduleId,
  type Registered,
  type ResolvedModule,
  type SearchHit,
} from "../../registry/mod.ts";
import { newestFirst } from "../../resolve/mod.ts";

export function projectRecord(project: Project, withVersions: boolean) {
  const latest = latestRelease(project);
  const versions = withVersions ? project.releases.toSorted(newestFirst) : [];
  return {
    id: project.id,
    target: project.target,
    organization: project.organization,
    name: project.name,
    ...(latest && releaseFields(latest)),
    is_private: project.isPrivate,
    published_at: project.releases[0]?.createdAt ?? null,
    latest_version: latest?.version ?? null,
    commit_hash: latest?.commitHash ?? null,
    versions: versions.map((release) => ({
      version: release.version,
      yanked: release.yanked,
      description: release.versionDescription,
      created_at: release.createdAt,
      commit_hash: release.commitHash,
      verified: release.verified,
      dependencies: release.dependencies,
    })),
  };
}

/** What a project is described by: as its latest version has it. */
function releaseFields({ type, description, keywords, author, license, repoUrl }: Release) {
  return { type, description, keywords, author, license, repo_url: repoUrl };
}

export function resolutionRecord(project: Project, release: Release, specifier: string) {
  return {
    project_id: project.id,
    repo_url: release.repoUrl,
    commit_hash: release.commitHash,
    provider: hostOf(release.repoUrl),
    resolved_version: release.version,
    resolved_version_id: releaseId(project, release.version),
    specifier,
    target: project.target,
    type: release.type,
    organization: project.organization,
    name: project.name,
    source_type: "git",
    yanked: release.yanked,
    is_public: !project.isPrivate,
    verified: release.verified,
    dependencies: release.dependencies,
  };
}

/** @param base of this server, without a trailing slash */
export function moduleRecord(found: ResolvedModule, specifier: string, base: string) {
  const { module, version, checksum, dependencies } = found.entry;
  const { owner, name } = splitModule(module);
  return {
    project_id: found.moduleId,
    repo_url: found.repository,
    commit_hash: found.commit,
    provider: found.repository === null ? null : hostOf(found.repository),
    resolved_version: version,
    resolved_version_id: found.versionId,
    specifier,
    target: MOONBIT,
    type: "package",
    organization: owner,
    name,
    source_type: "archive",
    url: base + archivePath(module, version),
    checksum,
    yanked: found.entry.yanked !== undefined,
    is_public: true,
    dependencies: Object.fromEntries(dependencies.map((each) => [each.module, each.version])),
  };
}

export function moduleHitRecord({ module, owner, latest, metadata, firstAt }: ModuleRecord) {
  const { description, keywords, authors, license, repository } = metadata;
  return {
    id: moduleId(module),
    organization: { name: owner },
    name: module.slice(owner.length + 1),
    type: "package",
    description: description ?? "",
    keywords,
    author: authors.join(", ") || null,
    license: license ?? null,
    repo_url: repository ?? null,
    latest_version: latest,
    is_private: false,
    published_at: firstAt === undefined ? null : new Date(firstAt).toISOString(),
  };
}

export function registeredRecord({ project, release, isNew }: Registered) {
  const name = `@${project.organization}/${project.name} ${release.version}`;
  return {
    message: isNew ? `Registered ${name}` : `${name} is registered already, just so`,
    project: {
      id: project.id,
      target: project.target,
      organization: project.organization,
      name: project.name,
      version: release.version,
      is_private: project.isPrivate,
      repo_url: release.repoUrl,
      commit_hash: release.commitHash,
      verified: release.verified,
    },
  };
}

export function hitRecord({ project, latest }: SearchHit) {
  return {
    id: project.id,
    organization: { name: project.organization },
    name: project.name,
    ...releaseFields(latest),
    latest_version: latest.version,
    is_private: project.isPrivate,
    published_at: project.releases[0]?.createdAt ?? null,
  };
}

export function searchRecord(
  { page, pageSize }: { readonly page: number; readonly pageSize: number },
  total: number,
  results: readonly object[],
) {
  return { total_results: total, page, page_size: pageSize, results };
}

const HOSTS: ReadonlyMap<string, string> = new Map([
  ["github.com", "github"],
  ["gitlab.com", "gitlab"],
  ["bitbucket.org", "bitbucket"],
  ["codeberg.org", "forgejo"],
  ["forge.mql5.io", "mql5forge"],
]);

/** Who hosts a repository; `git` when that is anybody. */
function hostOf(url: string): string {
  return HOSTS.get(URL.parse(url)?.hostname ?? "") ?? "git";
}
