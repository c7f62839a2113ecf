/**
 * The shape of `registry.toml` after loading: every default filled in, paths absolute, times in
 * milliseconds. `${VAR}` references stay as written; `expand` in `env.ts` resolves them at use.
 */

export type SourceType = "mooncakes" | "moonbit-registry" | "custom";
export type IndexType = "git" | "http";

export type Auth =
  | { type: "bearer"; token: string }
  | { type: "basic"; username: string; password: string };

export interface SourceConfig {
  readonly name: string;
  readonly type: SourceType;
  /** Without a trailing slash. */
  readonly url: string;
  /** Default: `url` + `/git/index`, or `/index` for plain files. */
  readonly indexUrl: string;
  readonly indexType: IndexType;
  /**
   * Where `/user/…`, `/symbols.zip` and assets are. Default: `url`; for the public registry, whose
   * archives are elsewhere, that place.
   */
  readonly downloadUrl: string;
  readonly enabled: boolean;
  /** Lower is tried first. */
  readonly priority: number;
  /** How long it may be silent, in milliseconds; when it is not told, each kind of request has its own. */
  readonly timeoutMs?: number;
  readonly auth?: Auth;
}

export type ProviderType = "github" | "gitlab" | "gitea" | "forgejo";

/** Who vouches for people: an OAuth application somewhere. */
export interface ProviderConfig {
  readonly name: string;
  readonly type: ProviderType;
  /** Without a trailing slash. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who may sign in; empty: everybody. */
  readonly users: readonly string[];
}

export interface Config {
  /** Absolute path of the `registry.toml` this was read from. */
  readonly file: string;
  readonly defaultSource: string | undefined;
  readonly registry: {
    readonly name: string;
    /** Absolute. */
    readonly dataDir: string;
  };
  /** In the order of the file. */
  readonly sources: readonly SourceConfig[];
  readonly mirror: {
    readonly packages: readonly string[];
    readonly autoSync: boolean;
    /** Milliseconds. */
    readonly syncInterval: number;
    readonly concurrency: number;
  };
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** Empty, or the public URL without a trailing slash. */
    readonly baseUrl: string;
    readonly upstreamFallback: boolean;
    /** Relative to the file; need not be there. */
    readonly distDir: string;
    readonly requireReadToken: boolean;
    /** Whether the file says so, or it is the default. */
    readonly saysWhoReads: boolean;
  };
  /** Which versions of the sources are not passed on. */
  readonly policy: {
    /** Milliseconds; 0: none is held back for its age. */
    readonly minAge: number;
    /** Globs over `owner/name` or `owner/name@version`. */
    readonly allow: readonly string[];
    readonly block: readonly string[];
  };
  readonly git: {
    readonly remoteUrl: string;
    readonly branch: string;
    readonly autoPush: boolean;
    readonly auth?: Auth;
  };
  readonly knitpkg: {
    readonly verifyCommits: boolean;
    /** Hosts whose repositories may be asked for commits; empty: any. */
    readonly hosts: readonly string[];
    /** Where the client waits for the browser to come back. */
    readonly loginRedirect: string;
  };
  readonly providers: readonly ProviderConfig[];
}
