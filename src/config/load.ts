/** Reads `registry.toml`: parse, check every key and value, fill in the defaults. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import { Failure, systemCode } from "../errors.ts";
import { parseInterval } from "./checks.ts";
import { TABLES } from "./keys.ts";
import { BACKSLASH, Problem } from "./problem.ts";
import { readProviders } from "./read-provider.ts";
import {
  DEFAULT_SOURCE,
  readAuth,
  readDefaultSource,
  readSource,
  readSources,
  trimmed,
} from "./read-source.ts";
import { asTable, readTable, refuseUnknown, type Table } from "./read-table.ts";
import { lineOf } from "./scan.ts";
import type { Auth, Config, SourceConfig } from "./schema.ts";
import { hasUpstream, UPSTREAM, upstreamExtras } from "./upstream.ts";

/**
 * @throws {Failure} "config", naming file, line and what is wrong; "no-registry" when there is no
 *   such file; "io" when it cannot be read
 */
export function loadConfig(file: string): Config {
  return parseConfig(readConfig(file), file);
}

/** The file's text, without a byte order mark. @throws {Failure} as `loadConfig` */
export function readConfig(file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") {
      const hint = "run `moonbit-registry init DIR` or pass --dir";
      throw new Failure("no-registry", `there is no ${file}`, hint, { cause: error });
    }
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA" || error instanceof TypeError) {
      const hint = "save it as UTF-8";
      throw new Failure("config", `${file} is not UTF-8 text`, hint, { cause: error });
    }
    throw new Failure("io", `cannot read ${file}: ${code}`, undefined, { cause: error });
  }
}

/**
 * @param file path to name in messages and to resolve `data_dir` against
 * @throws {Failure} "config"
 */
export function parseConfig(text: string, file: string): Config {
  const data = parseToml(text, file);
  try {
    return configOf(data, resolve(file));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const message = `${file}:${lineOf(text, error.path)}: ${error.message}`;
    throw new Failure("config", message, error.hint, { cause: error });
  }
}

/** @throws {Failure} "config" with the line of the mistake */
export function parseToml(text: string, file: string): Table {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [what = ""] = error.message.replace("Invalid TOML document: ", "").split("\n");
    const line = `the line: ${shownLine(text.split("\n")[error.line - 1] ?? "")}`;
    const hint = /escape/.test(what) ? `${line}; ${BACKSLASH}` : line;
    // Without the parser's error: that quotes the lines around it, secrets among them.
    throw new Failure("config", `${file}:${error.line}: ${what}`, hint);
  }
}

/** A table's name, or a key without its value, which may be a secret. */
function shownLine(line: string): string {
  const text = line.trim();
  if (text === "") return "(empty)";
  const shown = /^\[[^"']*$|^[\w.-]+\s*=?/.exec(text)?.[0].trimEnd() ?? "";
  return shown === text ? text : `${shown} …`.trimStart();
}

/** @throws {Problem} */
function configOf(data: Table, file: string): Config {
  refuseUnknown(
    data,
    [DEFAULT_SOURCE, "sources", "providers", ...Object.keys(TABLES)],
    [],
    [UPSTREAM],
  );
  const read = <N extends keyof typeof TABLES>(name: N, others: readonly string[] = []) =>
    readTable<(typeof TABLES)[N]>(TABLES[name], asTable(data[name] ?? {}, [name]), [name], others);
  const registry = read("registry");
  const mirror = read("mirror");
  const server = read("server");
  const policy = read("policy");
  const git = read("git", ["auth"]);
  const knitpkg = read("knitpkg");
  const gitAuth = readGitAuth(data);
  const upstream = hasUpstream(data) ? readUpstream(data) : undefined;
  const sources = upstream ? [upstream] : readSources(data.sources);
  return {
    file,
    defaultSource: readDefaultSource(data, sources) ?? upstream?.name,
    registry: { name: registry.name, dataDir: resolve(dirname(file), registry.data_dir) },
    sources,
    mirror: {
      packages: mirror.packages,
      autoSync: mirror.auto_sync,
      syncInterval: parseInterval(mirror.sync_interval)!,
      concurrency: mirror.concurrency,
    },
    server: {
      host: server.host,
      port: server.port,
      baseUrl: trimmed(server.base_url),
      upstreamFallback: server.upstream_fallback,
      distDir: server.dist_dir,
      requireReadToken: server.require_read_token,
      saysWhoReads: Object.hasOwn(asTable(data.server ?? {}, ["server"]), "require_read_token"),
    },
    policy: {
      minAge: parseInterval(policy.min_age) ?? 0,
      allow: policy.allow,
      block: policy.block,
    },
    git: {
      remoteUrl: git.remote_url,
      branch: git.branch,
      autoPush: git.auto_push,
      ...(gitAuth && { auth: gitAuth }),
    },
    knitpkg: {
      verifyCommits: knitpkg.verify_commits,
      hosts: knitpkg.hosts,
      loginRedirect: knitpkg.login_redirect,
    },
    providers: readProviders(data.providers),
  };
}

function readGitAuth({ git }: Table): Auth | undefined {
  const auth = (git as Table | undefined)?.auth;
  return auth === undefined ? undefined : readAuth(auth, ["git", "auth"]);
}

/** @throws {Problem} */
function readUpstream(data: Table): SourceConfig {
  const upstream = asTable(data[UPSTREAM], [UPSTREAM]);
  return readSource({ ...upstreamExtras(upstream), ...upstream }, [UPSTREAM]);
}
