/**
 * What the branch says now, in memory. What was read of one commit serves the next as well where it is
 * the same: a registration costs its own project, not all of them.
 */
import {
  findBlob,
  followRef,
  isTree,
  type KnownTree,
  type ObjectReader,
  type Oid,
  openTrees,
  type Trees,
} from "../git/mod.ts";
import { type Organization, parseOrganization } from "./organization.ts";
import {
  EXTENSION,
  isOrganizationName,
  isProjectName,
  organizationPath,
  PROJECTS,
  type ProjectName,
  projectPath,
} from "./path.ts";
import { type Project, parseProject } from "./project.ts";

export interface Projects {
  readonly commit: Oid;
  project(name: ProjectName): Project | undefined;
  organization(name: string): Organization | undefined;
  /** Every project of a target, by organization and name. Reads all of them the first time. */
  all(target: string): readonly Project[];
  /** A file as it stands, for who appends to it. */
  file(path: readonly string[]): Buffer | undefined;
}

/** What is read of trees and blobs, which never change. */
interface Memory {
  readonly trees: Map<Oid, KnownTree>;
  /** By path and blob: files of the same bytes may stand in two places. */
  readonly projects: Map<string, Project>;
}

/** Trees and projects kept in memory before it is begun anew: several times what 100,000 projects need. */
const MEMORY_SIZE = 400_000;

/** Follows a branch: each call answers for the commit that it has at that moment. */
export function followProjects(
  gitdir: string,
  ref: string,
  objects: ObjectReader,
): () => Projects | undefined {
  const follow = followRef(gitdir, ref);
  let current: Projects | undefined;
  let memory = newMemory();
  return () => {
    const tip = follow();
    if (tip === undefined) return undefined;
    if (current?.commit !== tip) {
      if (memory.trees.size + memory.projects.size > MEMORY_SIZE) memory = newMemory();
      current = openProjects(objects, tip, memory);
    }
    return current;
  };
}

/** What one commit says. */
export function openProjects(
  objects: ObjectReader,
  commit: Oid,
  memory: Memory = newMemory(),
): Projects {
  const root = objects.commit(commit).tree;
  const trees = openTrees(objects, memory.trees);
  const { projects } = memory;
  // By name, so that a look-up walks no tree twice.
  const found = new Map<string, Project | undefined>();
  const listed = new Map<string, readonly Project[]>();
  const organizations = new Map<string, Organization>();

  const read = (name: ProjectName, key: string, blob: Oid): Project => {
    const known = projects.get(`${key} ${blob}`);
    if (known) return known;
    const project = parseProject(name, objects.read(blob).data);
    projects.set(`${key} ${blob}`, project);
    return project;
  };
  const project = (name: ProjectName): Project | undefined => {
    const key = `${name.target}/${name.organization}/${name.name}`;
    if (found.has(key)) return found.get(key);
    // What cannot be a name is not remembered either: there is no end of those.
    if (!isOrganizationName(name.organization) || !isProjectName(name.name)) return undefined;
    const blob = findBlob(trees, root, projectPath(name));
    if (blob === undefined) return undefined;
    const value = read(name, key, blob);
    found.set(key, value);
    return value;
  };
  const file = (path: readonly string[]): Buffer | undefined => {
    const blob = findBlob(trees, root, path);
    return blob === undefined ? undefined : objects.read(blob).data;
  };

  return {
    commit,
    project,
    file,
    organization(name) {
      if (!isOrganizationName(name)) return undefined;
      let organization = organizations.get(name);
      if (!organization) {
        const data = file(organizationPath(name));
        organization = data && parseOrganization(data);
        if (organization) organizations.set(name, organization);
      }
      return organization;
    },
    all(target) {
      let projects = listed.get(target);
      if (!projects) {
        projects = names(trees, root, target).flatMap((name) => project(name) ?? []);
        listed.set(target, projects);
      }
      return projects;
    },
  };
}

function newMemory(): Memory {
  return { trees: new Map(), projects: new Map() };
}

function names(trees: Trees, root: Oid, target: string): ProjectName[] {
  const below = (oid: Oid, name: string): Oid | undefined => {
    const entry = trees.entry(oid, name);
    return entry && isTree(entry) ? entry.oid : undefined;
  };
  const folder = below(root, PROJECTS);
  const top = folder && below(folder, target);
  if (top === undefined) return [];
  return [...trees.entries(top).values()]
    .filter(isTree)
    .flatMap(({ name: organization, oid }) =>
      [...trees.entries(oid).values()]
        .filter((entry) => !isTree(entry) && entry.name.endsWith(EXTENSION))
        .map(({ name }) => ({ target, organization, name: name.slice(0, -EXTENSION.length) })),
    );
}
