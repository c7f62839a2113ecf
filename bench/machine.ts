/** What the figures were measured on. */
import { readFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { binary } from "../tests/support/binary.ts";
import { find } from "./processes.ts";

export interface Machine {
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly kernel: string;
  /** Type of the file system measured on, where the system tells. */
  readonly fileSystem: string;
  /** Of the programs that are here; the others by name. */
  readonly versions: readonly string[];
}

/** @param directory where the measuring happens */
export function describeMachine(directory: string): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    kernel: `${process.platform} ${release()}`,
    fileSystem: fileSystemOf(directory),
    versions: [
      versionOf("this program", "--version", binary()),
      `Bun ${Bun.version}`,
      ...["git", "curl", "aria2c", "sha256sum"].map((name) => versionOf(name, "--version")),
      ...["wrk", "nginx"].map((name) => versionOf(name, "-v")),
      versionOf("fcgiwrap", "-h"),
    ],
  };
}

function versionOf(name: string, option: string, program = find(name)): string {
  if (program === null) return `no ${name}`;
  const { stdout, stderr } = Bun.spawnSync([program, option]);
  const said = `${stdout}${stderr}`.trim();
  const number = /\d+(?:\.\d+)+/.exec(said)?.[0] ?? said.split("\n")[0];
  return `${name} ${number}`;
}

/** Source: proc(5), /proc/pid/mounts. The mount with the longest path above a directory holds it. */
function fileSystemOf(directory: string): string {
  if (process.platform !== "linux") return "unknown";
  let best = { path: "", type: "unknown" };
  for (const line of readFileSync("/proc/self/mounts", "utf8").split("\n")) {
    const [, path = "", type = ""] = line.split(" ");
    const isAbove = path === "/" || directory === path || directory.startsWith(`${path}/`);
    if (path !== "" && isAbove && path.length >= best.path.length) best = { path, type };
  }
  return best.type;
}

/** As the lines of a Markdown list. */
export function machineLines(machine: Machine): string[] {
  const { date, processor, cores, kernel, fileSystem, versions } = machine;
  return [
    `- ${date}: ${processor}, ${cores} cores, ${kernel}, ${fileSystem}`,
    `- ${versions.join(", ")}`,
  ];
}
