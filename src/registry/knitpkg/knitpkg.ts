/** What a server needs for KnitPkg's protocol. */
import type { Config } from "../../config/mod.ts";
import type { Snapshot } from "../../index/mod.ts";
import {
  followProjects,
  type Organization,
  type Project,
  type ProjectName,
  type Projects,
  type Release,
} from "../../projects/mod.ts";
import type { FollowDiscovery } from "../discovery/discover.ts";
import type { Registry } from "../open.ts";
import { KNITPKG } from "../paths.ts";
import { parseRegistration } from "./body.ts";
import { createLogin, type Login } from "./login.ts";
import { changeMember, readMembers } from "./members.ts";
import { type ResolvedModule, resolveModule, searchModules } from "./moonbit.ts";
import { resolveRelease, visibleProject, yankRelease } from "./read.ts";
import { type Registered, registerRelease } from "./register.ts";
import {
  countPublic,
  type ProjectQuery,
  type SearchHit,
  searchProjects,
  type TargetCount,
} from "./search.ts";
import { openSessions } from "./sessions.ts";
import type { Visitor } from "./visitor.ts";
import { createProjectWriter } from "./write.ts";

/** Each is as the function of the same purpose in the files beside says. */
export interface KnitPkg {
  readonly login: Login;
  /** All there are at the moment: the same object until one changes. */
  projects(): Projects | undefined;
  /** @throws {Failure} "not-found" */
  project(name: ProjectName, visitor: Visitor | undefined): Project;
  /** @throws {Failure} "not-found", "invalid" */
  resolve(
    name: ProjectName,
    specifier: string,
    visitor: Visitor | undefined,
  ): { project: Project; release: Release };
  resolveModule(module: string, specifier: string): ResolvedModule;
  search(
    target: string,
    query: ProjectQuery,
    visitor: Visitor | undefined,
  ): { hits: readonly SearchHit[]; total: number };
  /** How many strangers may see, for each target that has any. Counted once per commit. */
  counts(): readonly TargetCount[];
  searchModules: (query: ProjectQuery) => ReturnType<typeof searchModules>;
  /** @param body as it came */
  register(body: unknown, visitor: Visitor): Promise<Registered>;
  /** Whether it was not yanked before. */
  yank(name: ProjectName, version: string, visitor: Visitor): Promise<boolean>;
  members(organization: string, visitor: Visitor): Organization;
  changeMember(
    organization: string,
    kind: "member" | "remove",
    member: string,
    visitor: Visitor,
  ): Promise<boolean>;
  close(): void;
}

/**
 * @param config as it is at the moment
 * @param modules what is served of the module index
 * @param discovery the same, for searching
 */
export function createKnitPkg(
  registry: Registry,
  config: () => Config,
  modules: () => Snapshot | undefined,
  discovery: FollowDiscovery,
): KnitPkg {
  const now = followProjects(registry.paths.index, KNITPKG, registry.objects);
  const change = createProjectWriter(registry);
  const sessions = openSessions(registry.paths.state);
  let counted:
    | { readonly projects: Projects | undefined; readonly counts: readonly TargetCount[] }
    | undefined;
  return {
    login: createLogin(config, sessions),
    projects: now,
    project: (name, visitor) => visibleProject(now(), name, visitor),
    resolve(name, specifier, visitor) {
      const project = visibleProject(now(), name, visitor);
      return { project, release: resolveRelease(project, specifier) };
    },
    resolveModule: (module, specifier) => resolveModule(modules(), module, specifier),
    search: (target, query, visitor) => searchProjects(now(), target, query, visitor),
    counts() {
      const projects = now();
      if (!counted || counted.projects !== projects)
        counted = { projects, counts: countPublic(projects) };
      return counted.counts;
    },
    searchModules: async (query) => await searchModules(await discovery(), query),
    async register(body, visitor) {
      const { verifyCommits: verify, hosts } = config().knitpkg;
      return await registerRelease(now(), change, parseRegistration(body), visitor, {
        verify,
        hosts,
      });
    },
    yank: (name, version, visitor) => yankRelease(now(), change, name, version, visitor),
    members: (organization, visitor) => readMembers(now(), organization, visitor),
    changeMember: (organization, kind, member, visitor) =>
      changeMember(change, organization, kind, member, visitor),
    close: () => sessions.close(),
  };
}
