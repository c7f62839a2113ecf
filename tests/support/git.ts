/** The real git, as a test drives it: with no configuration of the machine's, and fixed dates. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDirectory } from "./temp.ts";

const GIT = Bun.which("git");

/** Whether there is a git to test against. */
export const hasGit: boolean = GIT !== null;

const IDENTITY = {
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: "test@example.com",
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: "test@example.com",
};

/** How `moon update` clones the index for the first time. */
export const SHALLOW: readonly string[] = ["--depth", "1", "--single-branch", "--no-tags"];

export interface GitResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs git and returns what it said, whether it worked or not. */
export async function tryGit(args: readonly string[], stdin?: string): Promise<GitResult> {
  const child = Bun.spawn([GIT ?? "git", ...args], {
    env: {
      PATH: process.env.PATH ?? "",
      HOME: "/nonexistent",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
      LC_ALL: "C",
      ...IDENTITY,
    },
    stdin: stdin === undefined ? "ignore" : Buffer.from(stdin),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

/** Runs git; a failure is an error with its words. Returns what it printed, trimmed. */
export async function git(args: readonly string[], stdin?: string): Promise<string> {
  const { code, stdout, stderr } = await tryGit(args, stdin);
  if (code !== 0) throw new Error(`git ${args.join(" ")} exited with ${code}:\n${stderr}`);
  return stdout.trim();
}

/** One change of an index: the lines that each module's file then has. */
export type IndexState = Readonly<Record<string, readonly string[]>>;

/**
 * A bare repository with one commit a state, made by git itself. Commits are a minute apart.
 *
 * @returns its directory
 */
export async function makeIndexRepository(states: readonly IndexState[]): Promise<string> {
  const directory = join(tempDirectory("index"), "index.git");
  await git(["init", "-q", "--bare", "-b", "main", directory]);
  await addStates(directory, states);
  return directory;
}

/** Adds commits to a repository that `makeIndexRepository` made. */
export async function addStates(directory: string, states: readonly IndexState[]): Promise<void> {
  const count = Number(
    (await tryGit(["-C", directory, "rev-list", "--count", "main"])).stdout.trim() || "0",
  );
  // Within one stream the parent is implied; the first commit has to name what is there.
  const from = count > 0 ? "from refs/heads/main^0\n" : "";
  const stream = states
    .map((state, at) => fastImportCommit(state, count + at, at === 0 ? from : ""))
    .join("");
  await git(["-C", directory, "fast-import", "--quiet"], stream);
}

function fastImportCommit(state: IndexState, number: number, from: string): string {
  const message = `update ${number}`;
  const files = Object.entries(state).map(([module, lines]) => {
    const data = lines.map((line) => `${line}\n`).join("");
    const path = `user/${module}.index`;
    return `M 100644 inline ${JSON.stringify(path)}\ndata ${Buffer.byteLength(data)}\n${data}\n`;
  });
  const when = 1_700_000_000 + number * 60;
  return [
    "commit refs/heads/main\n",
    `committer Test <test@example.com> ${when} +0000\n`,
    `data ${Buffer.byteLength(message)}\n${message}\n`,
    from,
    "deleteall\n",
    ...files,
    "\n",
  ].join("");
}

const BUNDLE =
  process.env.MOONBIT_REGISTRY_TEST_INDEX ??
  join(import.meta.dir, "../../../shared/data/mooncakes-index.bundle");

/** A copy of the public index with its history, when it is at hand. */
export const realIndexBundle: string | undefined = existsSync(BUNDLE) ? BUNDLE : undefined;

let realIndex: Promise<string> | undefined;

/** The real index as a bare repository: cloned once, to be read only. */
export function realIndexRepository(): Promise<string> {
  realIndex ??= (async () => {
    const directory = join(tempDirectory("real-index"), "index.git");
    await git(["clone", "-q", "--bare", realIndexBundle!, directory]);
    return directory;
  })();
  return realIndex;
}

/** Writes a loose file of a repository's, such as a ref, as another tool would. */
export function writeGitFile(directory: string, path: string, text: string): void {
  writeFileSync(join(directory, path), text);
}
