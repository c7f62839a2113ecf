/** Searches the projects of a target, by words and by fields, as far as somebody may see them. */
import {
  latestRelease,
  type Project,
  type Projects,
  type Release,
  TARGETS,
} from "../../projects/mod.ts";
import { canSee, type Visitor } from "./visitor.ts";

export interface ProjectQuery {
  /** Every word of it is in the name, the organization, the keywords or the description. */
  readonly q: string;
  readonly type?: string | undefined;
  readonly org?: string | undefined;
  readonly author?: string | undefined;
  readonly license?: string | undefined;
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
  readonly sortBy: SortField;
  readonly descending: boolean;
}

export interface SearchHit {
  readonly project: Project;
  /** What the project is shown by. */
  readonly latest: Release;
}

const FIELDS = {
  name: ({ project }: SearchHit) => project.name,
  organization: ({ project }: SearchHit) => project.organization,
  type: ({ latest }: SearchHit) => latest.type,
  description: ({ latest }: SearchHit) => latest.description,
  keywords: ({ latest }: SearchHit) => latest.keywords.join(" "),
  author: ({ latest }: SearchHit) => latest.author ?? "",
  license: ({ latest }: SearchHit) => latest.license ?? "",
  repo_url: ({ latest }: SearchHit) => latest.repoUrl,
  is_private: ({ project }: SearchHit) => String(project.isPrivate),
  published_at: ({ project }: SearchHit) => project.releases[0]?.createdAt ?? "",
  created_at: ({ project }: SearchHit) => project.releases[0]?.createdAt ?? "",
  updated_at: ({ project }: SearchHit) => project.releases.at(-1)?.createdAt ?? "",
} as const;

/** What results can be sorted by. Without words all are equally relevant, and go by their names. */
export const SORT_FIELDS = ["relevance", ...Object.keys(FIELDS)] as readonly SortField[];
export type SortField = "relevance" | keyof typeof FIELDS;

const PAGE_SIZE = 20;

/** What somebody looks for who only names words. */
export function wordsQuery(words: string): ProjectQuery {
  const q = words.trim();
  const isEmpty = q === "";
  const sortBy = isEmpty ? "name" : "relevance";
  return { q, page: 1, pageSize: PAGE_SIZE, sortBy, descending: !isEmpty };
}

/** @returns the page's hits, and how many there are on all pages */
export function searchProjects(
  projects: Projects | undefined,
  target: string,
  query: ProjectQuery,
  visitor: Visitor | undefined,
): { hits: readonly SearchHit[]; total: number } {
  const words = query.q.toLowerCase().split(/\s+/).filter(Boolean);
  const found: { hit: SearchHit; score: number }[] = [];
  for (const project of projects?.all(target) ?? []) {
    const latest = latestRelease(project);
    if (!latest || !projects || !canSee(projects, project, visitor)) continue;
    const hit = { project, latest };
    const score = passes(hit, query) ? scoreOf(hit, words) : 0;
    if (score > 0) found.push({ hit, score });
  }
  found.sort(comparison(query));
  const start = (query.page - 1) * query.pageSize;
  const hits = found.slice(start, start + query.pageSize).map(({ hit }) => hit);
  return { hits, total: found.length };
}

export interface TargetCount {
  readonly target: string;
  readonly total: number;
}

/** How many projects strangers may see, for each target that has any. */
export function countPublic(projects: Projects | undefined): TargetCount[] {
  if (!projects) return [];
  const isPublic = (project: Project) =>
    latestRelease(project) !== undefined && canSee(projects, project, undefined);
  return TARGETS.map((target) => ({
    target,
    total: projects.all(target).filter(isPublic).length,
  })).filter(({ total }) => total > 0);
}

function passes({ project, latest }: SearchHit, query: ProjectQuery): boolean {
  const has = (text: string | null, wanted: string | undefined) =>
    wanted === undefined || (text ?? "").toLowerCase().includes(wanted);
  return (
    (query.type === undefined || latest.type === query.type) &&
    (query.org === undefined || project.organization === query.org) &&
    has(latest.author, query.author) &&
    has(latest.license, query.license)
  );
}

/** How well each word fits, the worst of none being 0: a word that is nowhere rules a project out. */
function scoreOf({ project, latest }: SearchHit, words: readonly string[]): number {
  if (words.length === 0) return 1;
  const keywords = latest.keywords.map((word) => word.toLowerCase());
  const description = latest.description.toLowerCase();
  const full = `@${project.organization}/${project.name}`;
  const score = (word: string): number => {
    if (project.name === word || full === word) return 100;
    if (project.name.startsWith(word)) return 50;
    if (full.includes(word)) return 30;
    if (keywords.includes(word)) return 20;
    if (keywords.some((keyword) => keyword.includes(word))) return 10;
    return description.includes(word) ? 5 : 0;
  };
  const scores = words.map(score);
  return scores.includes(0) ? 0 : scores.reduce((sum, each) => sum + each, 0);
}

interface Scored {
  readonly hit: SearchHit;
  readonly score: number;
}

function comparison({ sortBy, descending }: ProjectQuery): (a: Scored, b: Scored) => number {
  const sign = descending ? -1 : 1;
  const key = ({ hit }: Scored) => `${hit.project.organization}/${hit.project.name}`;
  // Of equals the order is always the same, or pages would overlap.
  const byName = (a: Scored, b: Scored) => compareTexts(key(a), key(b));
  if (sortBy === "relevance") return (a, b) => sign * (a.score - b.score) || byName(a, b);
  const field = FIELDS[sortBy];
  return (a, b) => sign * compareTexts(field(a.hit), field(b.hit)) || byName(a, b);
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
