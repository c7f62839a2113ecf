/** The real `moon`, where there is one on PATH, with a home and a project of its own. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDirectory } from "./temp.ts";

const MOON = Bun.which("moon");
export const hasMoon = MOON !== null;

export interface MoonProject {
  readonly home: string;
  /** The project's directory. */
  readonly project: string;
  /** Runs it to its end. */
  run(...args: string[]): Promise<{ code: number; text: string }>;
}

/** @param url of the registry */
export function moonProject(url: string): MoonProject {
  const home = tempDirectory("moon-home");
  const project = join(tempDirectory("project"), "app");
  mkdirSync(project);
  const manifest = { name: "demo/app", version: "0.1.0" };
  writeFileSync(join(project, "moon.mod.json"), JSON.stringify(manifest));
  const { PATH = "" } = process.env;
  return {
    home,
    project,
    async run(...args) {
      const child = Bun.spawn([MOON!, ...args], {
        cwd: project,
        env: { PATH, HOME: home, MOON_HOME: home, MOONCAKES_REGISTRY: url },
        stdout: "pipe",
        stderr: "pipe",
      });
      const [stdout, stderr, code] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      return { code, text: stdout + stderr };
    },
  };
}
