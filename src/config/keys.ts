/**
 * Every key of `registry.toml`: type, default, what it must be, what it means. The one description
 * that loading, `config KEY VALUE`, the written template and the documentation share.
 */
import {
  areTexts,
  type Check,
  isBetween,
  isBranch,
  isInterval,
  isOneOf,
  isRefName,
  isRemoteUrl,
  isSourceName,
  isSourceUrl,
  isText,
  isUrl,
  isWord,
  orEmpty,
} from "./checks.ts";

/** The types a value can have, and what they are in TypeScript. */
export interface Kinds {
  string: string;
  boolean: boolean;
  integer: number;
  strings: readonly string[];
}

export type Value = Kinds[keyof Kinds];

/** `D` is the type of the default: undefined when a key may be left out for good. */
export interface Key<K extends keyof Kinds = keyof Kinds, D = Kinds[K] | undefined> {
  readonly kind: K;
  readonly default: D;
  readonly help: string;
  // Methods, so that a key of one kind is also a `Key`.
  check(value: Kinds[K]): string | undefined;
}

export type Keys = Readonly<Record<string, Key>>;

/** What reading a table gives. */
export type Values<T extends Keys> = {
  readonly [N in keyof T]: T[N] extends Key<infer K, infer D> ? Kinds[K] | D : never;
};

function key<K extends keyof Kinds, D extends Kinds[K] | undefined>(
  kind: K,
  fallback: D,
  help: string,
  check: Check<Kinds[K]> = () => undefined,
): Key<K, D> {
  return { kind, default: fallback, help, check };
}

export const TOP_KEYS = {
  default_source: key("string", undefined, "the source that `mirror` takes from", isText),
};

/** The tables that stand once, and their keys, in the order they are written in. */
export const TABLES = {
  registry: {
    name: key("string", "registry", "shown to people", isText),
    data_dir: key("string", "./data", "relative to this file", isText),
  },
  mirror: {
    packages: key("strings", [], "remembered patterns, refreshed by sync", areTexts),
    auto_sync: key("boolean", false, "serve refreshes on a timer"),
    sync_interval: key("string", "1h", "such as 90s, 30m, 1h, 1d", isInterval),
    concurrency: key("integer", 80, "downloads at a time", isBetween(1, 256)),
  },
  server: {
    host: key("string", "127.0.0.1", "0.0.0.0 shares with the network", isWord),
    port: key("integer", 8080, "0 takes any free one", isBetween(0, 65535)),
    base_url: key("string", "", "public URL, when behind a proxy", orEmpty(isUrl)),
    upstream_fallback: key("boolean", true, "fetch what is asked for and not stored"),
    dist_dir: key("string", "./dist", "executables to hand out; relative to this file", isText),
    require_read_token: key("boolean", false, "private: reading takes a token too"),
  },
  policy: {
    min_age: key("string", "", "younger versions are held back", orEmpty(isInterval)),
    allow: key("strings", [], "never held back: a/*, a/b@1.2.3", areTexts),
    block: key("strings", [], "neither listed nor served", areTexts),
  },
  git: {
    remote_url: key(
      "string",
      "",
      "where the index is pushed to and pulled from",
      orEmpty(isRemoteUrl),
    ),
    branch: key("string", "main", "branch of the remote", isBranch),
    auto_push: key("boolean", false, "push after each mirror and sync"),
  },
  knitpkg: {
    verify_commits: key("boolean", true, "ask repositories for what is registered"),
    hosts: key("strings", [], "hosts that may be asked; none named: any", areTexts),
    login_redirect: key("string", "http://localhost:8789/callback", "where `kp` listens", isUrl),
  },
} as const;

/** `[[providers]]`: who vouches for people that sign in to `/v1`, besides this registry's tokens. */
export const PROVIDER_KEYS = {
  name: key("string", undefined, "names it for `kp login --provider`", isRefName),
  type: key(
    "string",
    undefined,
    "github, gitlab, gitea or forgejo",
    isOneOf("github", "gitlab", "gitea", "forgejo"),
  ),
  url: key("string", undefined, "default: github.com or gitlab.com", isUrl),
  client_id: key("string", undefined, "of the OAuth application", isText),
  client_secret: key("string", undefined, "of the OAuth application", isText),
  users: key("strings", [], "who may sign in; none named: everybody", areTexts),
};

export const SOURCE_KEYS = {
  name: key("string", undefined, "names the source in commands", isSourceName),
  type: key(
    "string",
    "custom",
    "mooncakes, moonbit-registry or custom",
    isOneOf("mooncakes", "moonbit-registry", "custom"),
  ),
  url: key("string", undefined, "the registry's address", isSourceUrl),
  index_url: key("string", undefined, "default: url + /git/index, or /index for http", isSourceUrl),
  index_type: key("string", "git", "git or http", isOneOf("git", "http")),
  download_url: key("string", undefined, "where archives are; default: url", isSourceUrl),
  enabled: key("boolean", true, "whether it is used"),
  priority: key("integer", 50, "lower is tried first", isBetween(0, 1_000_000)),
  timeout: key("string", undefined, "how long it may be silent; default: 30s", isInterval),
};

export const AUTH_KEYS = {
  type: key("string", undefined, "bearer or basic", isOneOf("bearer", "basic")),
  token: key("string", undefined, "of bearer", isText),
  username: key("string", undefined, "of basic", isText),
  password: key("string", undefined, "of basic", isText),
};

/** A key by its dotted path outside the sources, such as `server.port`. */
export function keyAt(path: string): Key | undefined {
  return GENERAL_KEYS.get(path);
}

/** Every key outside the sources, by dotted path, in the order of the file. */
export const GENERAL_KEYS: ReadonlyMap<string, Key> = new Map([
  ...Object.entries<Key>(TOP_KEYS),
  ...Object.entries<Keys>(TABLES).flatMap(([table, keys]) =>
    Object.entries(keys).map(([name, each]): [string, Key] => [`${table}.${name}`, each]),
  ),
]);
