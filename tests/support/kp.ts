/** The real `kp`, as a test drives it: with a home, a keyring and a Git configuration of its own. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { git } from "./git.ts";
import { gitHttpBackend } from "./git-http-backend.ts";
import { tempDirectory } from "./temp.ts";

/** Where `npm test` puts it; see scripts/kp.ts. */
const INSTALLED = join(import.meta.dir, "..", "..", "node_modules", ".kp", "bin", "kp");

/** The program, if there is one. */
export const KP: string | undefined =
  process.env.MOONBIT_REGISTRY_TEST_KP ||
  (existsSync(INSTALLED) ? INSTALLED : (Bun.which("kp") ?? undefined));

export interface KpResult {
  readonly code: number;
  /** All it said, without colours, on one line: it breaks lines as it likes. */
  readonly text: string;
}

export interface Kp {
  /** Runs it to its end. */
  run(cwd: string, args: readonly string[], stdin?: string): Promise<KpResult>;
  /**
   * Starts `kp login`.
   *
   * @returns the page that it opens, and its end
   */
  login(provider: string): Promise<{ page: string; done: Promise<KpResult> }>;
}

export function createKp(registry: string): Kp {
  const home = tempDirectory("kp-home");
  const opened = join(home, "opened");
  const browser = join(home, "browser.sh");
  writeFileSync(
    browser,
    `#!/bin/sh\nprintf %s "$1" > "${opened}.part"\nmv "${opened}.part" "${opened}"\n`,
    { mode: 0o755 },
  );
  const start = (cwd: string, args: readonly string[], stdin?: string) => {
    const child = Bun.spawn([KP!, ...args], {
      cwd,
      env: {
        PATH: process.env.PATH ?? "",
        HOME: home,
        XDG_DATA_HOME: join(home, "data"),
        PYTHON_KEYRING_BACKEND: "keyrings.alt.file.PlaintextKeyring",
        PYTHONUTF8: "1",
        KNITPKG_REGISTRY: registry,
        REGISTER_TOS_AGREE: "true",
        BROWSER: browser,
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_TERMINAL_PROMPT: "0",
        GIT_COMMITTER_NAME: "Test",
        GIT_COMMITTER_EMAIL: "test@example.com",
        NO_COLOR: "1",
        COLUMNS: "400",
      },
      stdin: stdin === undefined ? "ignore" : Buffer.from(stdin),
      stdout: "pipe",
      stderr: "pipe",
    });
    const done = (async (): Promise<KpResult> => {
      const [stdout, stderr, code] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      return { code, text: (stdout + stderr).replace(/\s+/g, " ") };
    })();
    return done;
  };
  return {
    run: start,
    async login(provider) {
      const done = start(home, ["login", "--provider", provider]);
      let ended = false;
      void done.then(() => {
        ended = true;
      });
      while (!existsSync(opened)) {
        if (ended) throw new Error(`kp login opened no page: ${(await done).text}`);
        await Bun.sleep(5);
      }
      return { page: readFileSync(opened, "utf8"), done };
    },
  };
}

/** Repositories of projects, with what clients clone from. */
export interface Forge extends Disposable {
  /** Where a project is worked on. */
  readonly work: (name: string) => string;
  /** Makes a project, committed and pushed. */
  add(name: string, manifest: string, files?: Readonly<Record<string, string>>): Promise<void>;
  /** Commits all that has changed and pushes it. Gives the commit. */
  push(name: string): Promise<string>;
}

export function startForge(): Forge {
  const root = tempDirectory("forge");
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const name = /^\/([a-z]+)\.git\//.exec(new URL(request.url).pathname)?.[1];
      if (name === undefined) return new Response("not found", { status: 404 });
      return gitHttpBackend(join(root, `${name}.git`))(request);
    },
  });
  const work = (name: string) => join(root, name);
  const push = async (name: string) => {
    await git(["-C", work(name), "add", "-A"]);
    await git(["-C", work(name), "commit", "-q", "-m", "change"]);
    await git(["-C", work(name), "push", "-q", "origin", "main"]);
    return await git(["-C", work(name), "rev-parse", "HEAD"]);
  };
  return {
    work,
    push,
    async add(name, manifest, files = {}) {
      const bare = join(root, `${name}.git`);
      await git(["init", "-q", "--bare", "-b", "main", bare]);
      await git(["init", "-q", "-b", "main", work(name)]);
      const url = `http://127.0.0.1:${server.port}/${name}.git`;
      await git(["-C", work(name), "remote", "add", "origin", url]);
      // Read over HTTP, written directly: what is read is what a registry sees.
      await git(["-C", work(name), "remote", "set-url", "--push", "origin", bare]);
      const all = {
        "knitpkg.yaml": manifest,
        ".gitignore": ".knitpkg/\nknitpkg/lock.json\n",
        ...files,
      };
      for (const [path, text] of Object.entries(all)) {
        mkdirSync(join(work(name), path, ".."), { recursive: true });
        writeFileSync(join(work(name), path), text);
      }
      await push(name);
      await git(["-C", work(name), "fetch", "-q", "origin"]);
      await git(["-C", work(name), "branch", "-q", "-u", "origin/main"]);
    },
    [Symbol.dispose]: () => void server.stop(true),
  };
}

export function manifestOf(name: string, version: string, type: string = "package"): string {
  return `target: mql5
type: ${type}
organization: acme
name: ${name}
version: ${version}
description: A package that tests are made of
keywords: [math]
author: Ann
license: MIT
`;
}
