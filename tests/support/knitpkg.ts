/** A registry for KnitPkg projects in this process, and the people who come to it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { followDiscovery } from "../../src/registry/discovery/discover.ts";
import { createKnitPkg } from "../../src/registry/knitpkg/knitpkg.ts";
import {
  initRegistry,
  type KnitPkg,
  openRegistry,
  type Registry,
  type Visitor,
} from "../../src/registry/mod.ts";
import { tempDirectory } from "./temp.ts";

export const UNVERIFIED = "[knitpkg]\nverify_commits = false\n";

/** @param settings the whole of `registry.toml` */
export async function newRegistry(settings: string = UNVERIFIED): Promise<Registry> {
  const { file } = await initRegistry(join(tempDirectory("knitpkg"), "registry"));
  writeFileSync(file, settings);
  return openRegistry(file);
}

export async function newKnitPkg(settings?: string): Promise<KnitPkg> {
  return openKnitPkg(await newRegistry(settings));
}

/** As a server has it, without any modules. */
export function openKnitPkg(registry: Registry): KnitPkg {
  const modules = () => undefined;
  const discovery = followDiscovery(modules, (blob) => registry.objects.read(blob).data);
  return createKnitPkg(registry, () => registry.config, modules, discovery);
}

/** Somebody whose token may publish anything that nobody else has. */
export function person(username: string, changes: Partial<Visitor> = {}): Visitor {
  return {
    person: { provider: "local", username },
    isAdmin: false,
    mayPublish: () => true,
    ...changes,
  };
}

export const COMMIT: string = "ab".repeat(20);
export const OTHER_COMMIT: string = "cd".repeat(20);

/** The body of a registration, as the client sends it. */
export function body(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    organization: "acme",
    name: "core",
    target: "mql5",
    type: "package",
    description: "What everything else is built on",
    version_description: null,
    keywords: ["math", "core"],
    author: "Ann",
    license: "MIT",
    version: "1.0.0",
    repo_url: "https://git.example/acme/core.git",
    commit_hash: COMMIT,
    dependencies: {},
    is_private: false,
    ...changes,
  };
}

export const CORE = { target: "mql5", organization: "acme", name: "core" };

/** Puts a few projects into a registry's directory: public and private ones, with a yanked version. */
export async function registerSamples(file: string): Promise<void> {
  const opened = openRegistry(file);
  const { config } = opened;
  const unverified = { ...config, knitpkg: { ...config.knitpkg, verifyCommits: false } };
  const registry = { ...opened, config: unverified };
  const knitpkg = openKnitPkg(registry);
  const ann = person("ann");
  const name = { target: "mql5", organization: "acme", name: "core" };
  for (const version of ["1.0.0", "1.1.0", "1.2.0"]) await knitpkg.register(body({ version }), ann);
  await knitpkg.yank(name, "1.1.0", ann);
  const dependencies = { "@acme/core": "^1.0.0" };
  await knitpkg.register(body({ name: "charts", dependencies }), ann);
  await knitpkg.register(body({ name: "secret", is_private: true }), ann);
  knitpkg.close();
  registry.objects.close();
}
