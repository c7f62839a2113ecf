/**
 * `git http-backend` as one would host it: behind nginx, with fcgiwrap between them. Sources:
 * git-http-backend(1), fcgiwrap(8), nginx.org's fastcgi module.
 */
import { mkdirSync } from "node:fs";
import { stat } from "node:fs/promises";
import { cpus } from "node:os";
import { basename, dirname, join } from "node:path";
import { git } from "../tests/support/git.ts";
import { startNginx } from "./nginx.ts";
import { missing, type Server, startQuiet, until } from "./processes.ts";

/** What it needs to be installed. */
export const GIT_HOST: readonly string[] = ["git", "nginx", "fcgiwrap"];

/** Enough that no core ever waits for the next request; more of them are no faster. */
const PROCESSES = 2 * cpus().length;

/**
 * Serves a bare repository at `/git/index`.
 *
 * @param site a path where nothing is, for configuration, socket and logs
 * @returns null when something of it is not installed
 */
export async function startGitHttpBackend(
  repository: string,
  site: string,
): Promise<Server | null> {
  if (missing(...GIT_HOST)) return null;
  mkdirSync(site);
  const socket = join(site, "fcgi.sock");
  const wrap = startQuiet("fcgiwrap", "-c", `${PROCESSES}`, "-s", `unix:${socket}`);
  await until(() => stat(socket));
  const program = join(await git(["--exec-path"]), "git-http-backend");
  const nginx = await startNginx(location(repository, program, socket), site);
  return {
    ...nginx,
    [Symbol.dispose]() {
      nginx[Symbol.dispose]();
      wrap[Symbol.dispose]();
    },
  };
}

function location(repository: string, program: string, socket: string): string {
  const parameters = {
    REQUEST_METHOD: "$request_method",
    QUERY_STRING: "$query_string",
    CONTENT_TYPE: "$content_type",
    CONTENT_LENGTH: "$content_length",
    REMOTE_ADDR: "$remote_addr",
    GIT_PROTOCOL: "$http_git_protocol",
    GIT_HTTP_EXPORT_ALL: "1",
    GIT_PROJECT_ROOT: dirname(repository),
    PATH_INFO: `/${basename(repository)}$1`,
    SCRIPT_FILENAME: program,
  };
  const lines = Object.entries(parameters).map(
    ([name, value]) => `      fastcgi_param ${name} ${value};\n`,
  );
  return `location ~ ^/git/index(/.*)$ {
      fastcgi_pass unix:${socket};
${lines.join("")}    }`;
}
