/** Every command by name. Loading none of them keeps `--version` and `--help` quick. */
import type { Command } from "./command.ts";

export interface Entry {
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
  readonly load: () => Promise<{ default: Command }>;
}

/** A name that stands before others: `source add`. */
export interface Family {
  readonly name: string;
  readonly summary: string;
  readonly members: readonly Entry[];
}

export interface Group {
  readonly title: string;
  readonly entries: readonly (Entry | Family)[];
}

const SOURCE: Family = {
  name: "source",
  summary: "upstream registries: add, list, default, enable, ...",
  members: [
    {
      name: "add",
      summary: "add an upstream registry",
      load: () => import("./commands/source-add.ts"),
    },
    {
      name: "list",
      summary: "list the upstream registries",
      load: () => import("./commands/source-list.ts"),
    },
    {
      name: "default",
      summary: "choose the source that `mirror` takes from",
      load: () => import("./commands/source-default.ts"),
    },
    {
      name: "enable",
      summary: "use a source again",
      load: () => import("./commands/source-enable.ts"),
    },
    {
      name: "disable",
      summary: "keep a source, but do not use it",
      load: () => import("./commands/source-disable.ts"),
    },
    {
      name: "remove",
      summary: "forget a source; its archives stay until gc",
      load: () => import("./commands/source-remove.ts"),
    },
  ],
};

const TOKEN: Family = {
  name: "token",
  summary: "who may read and publish: create, list, revoke",
  members: [
    {
      name: "create",
      summary: "make a token, which is shown once",
      load: () => import("./commands/token-create.ts"),
    },
    {
      name: "list",
      summary: "list the tokens, without their secrets",
      load: () => import("./commands/token-list.ts"),
    },
    {
      name: "revoke",
      summary: "take a token back, at once",
      load: () => import("./commands/token-revoke.ts"),
    },
  ],
};

const ORG: Family = {
  name: "org",
  summary: "who may register KnitPkg projects: members, add, remove",
  members: [
    {
      name: "members",
      summary: "list who may register in its name",
      load: () => import("./commands/org-members.ts"),
    },
    {
      name: "add",
      summary: "let somebody register in its name",
      load: () => import("./commands/org-add.ts"),
    },
    {
      name: "remove",
      summary: "take that away again",
      load: () => import("./commands/org-remove.ts"),
    },
  ],
};

const KEY: Family = {
  name: "key",
  summary: "keys that sign bundles: generate",
  members: [
    {
      name: "generate",
      summary: "make a pair of keys that sign bundles",
      load: () => import("./commands/key-generate.ts"),
    },
  ],
};

export const GROUPS: readonly Group[] = [
  {
    title: "Set up",
    entries: [
      { name: "init", summary: "make a registry", load: () => import("./commands/init.ts") },
      SOURCE,
      {
        name: "config",
        summary: "show or change settings",
        load: () => import("./commands/config.ts"),
      },
    ],
  },
  {
    title: "Mirror",
    entries: [
      {
        name: "mirror",
        summary: "download modules and what they depend on",
        load: () => import("./commands/mirror.ts"),
      },
      {
        name: "sync",
        summary: "refresh sources and what was mirrored from them",
        load: () => import("./commands/sync.ts"),
      },
      {
        name: "status",
        summary: "what is here, and since when",
        load: () => import("./commands/status.ts"),
      },
    ],
  },
  {
    title: "Find and take",
    entries: [
      {
        name: "search",
        summary: "find modules by words",
        load: () => import("./commands/search.ts"),
      },
      {
        name: "info",
        summary: "everything that is known of a module",
        load: () => import("./commands/info.ts"),
      },
      {
        name: "resolve",
        summary: "which version a range means",
        load: () => import("./commands/resolve.ts"),
      },
      {
        name: "deps",
        summary: "what a module needs, or what needs it",
        load: () => import("./commands/deps.ts"),
      },
      {
        name: "get",
        summary: "unpack a module and what it needs",
        load: () => import("./commands/get.ts"),
      },
    ],
  },
  {
    title: "Publish",
    entries: [
      {
        name: "publish",
        summary: "publish a module, here or to a server",
        load: () => import("./commands/publish.ts"),
      },
      {
        name: "yank",
        summary: "keep a published version from new users",
        load: () => import("./commands/yank.ts"),
      },
      {
        name: "unyank",
        summary: "take a yank back",
        load: () => import("./commands/unyank.ts"),
      },
    ],
  },
  {
    title: "Keep",
    entries: [
      {
        name: "verify",
        summary: "prove every archive and the index, and repair",
        load: () => import("./commands/verify.ts"),
      },
      {
        name: "gc",
        summary: "remove what nothing refers to, or old versions",
        load: () => import("./commands/gc.ts"),
      },
    ],
  },
  {
    title: "Carry",
    entries: [
      {
        name: "export",
        summary: "write what is here, or what is new, to a bundle",
        load: () => import("./commands/export.ts"),
      },
      {
        name: "import",
        summary: "check a bundle and take it in",
        load: () => import("./commands/import.ts"),
      },
      KEY,
    ],
  },
  {
    title: "Serve",
    entries: [
      {
        name: "serve",
        summary: "serve the registry over HTTP",
        load: () => import("./commands/serve.ts"),
      },
      {
        name: "update",
        summary: "run `moon update` against this registry",
        load: () => import("./commands/update.ts"),
      },
      {
        name: "setup-client",
        summary: "point `moon` here for good, and back",
        load: () => import("./commands/setup-client.ts"),
      },
      TOKEN,
      ORG,
    ],
  },
  {
    title: "Sign in to a server",
    entries: [
      {
        name: "login",
        summary: "keep a token for a server",
        load: () => import("./commands/login.ts"),
      },
      {
        name: "logout",
        summary: "forget the token for a server",
        load: () => import("./commands/logout.ts"),
      },
      {
        name: "whoami",
        summary: "who a server takes you for",
        load: () => import("./commands/whoami.ts"),
      },
    ],
  },
];

export const ENTRIES: readonly (Entry | Family)[] = GROUPS.flatMap(({ entries }) => entries);
