/** `source add`: adds an upstream registry. */
import {
  loadConfig,
  type NewCredentials,
  type NewSource,
  PRESET_NAMES,
  type Preset,
  registerSource,
} from "../../config/mod.ts";
import { Failure } from "../../errors.ts";
import { command } from "../command.ts";
import { wholeNumber } from "../numbers.ts";
import { recomputeServed } from "../recompute.ts";
import { sourceRecord } from "../render/sources.ts";

export default command({
  operands: [{ name: "NAME", help: "what commands call it; a-z, 0-9, . _ -", required: true }],
  options: {
    "from-preset": {
      type: "enum",
      options: [...PRESET_NAMES],
      valueHint: "NAME",
      description: `known by name: ${PRESET_NAMES.join(", ")}`,
    },
    url: { type: "string", valueHint: "URL", description: "or any other, by its address" },
    "index-url": {
      type: "string",
      valueHint: "URL",
      description: "its index; default: URL/git/index, or URL/index",
    },
    "download-url": { type: "string", valueHint: "URL", description: "its archives; default: URL" },
    type: {
      type: "enum",
      options: ["mooncakes", "moonbit-registry", "custom"],
      valueHint: "TYPE",
      description: "mooncakes, moonbit-registry or custom (default)",
    },
    "index-type": {
      type: "enum",
      options: ["git", "http"],
      valueHint: "TYPE",
      description: "git (default) or http",
    },
    priority: {
      type: "string",
      valueHint: "N",
      description: "lower is tried first; default: preset 100, others 50",
    },
    "token-env": { type: "string", valueHint: "VAR", description: "variable that holds its token" },
    username: {
      type: "string",
      valueHint: "NAME",
      description: "or a user, with the password in ...",
    },
    "password-env": { type: "string", valueHint: "VAR", description: "... this variable" },
  },
  notes: ["Secrets are not written: registry.toml names the variable, read when it is used."],
  example: "source add up --url https://up.example --token-env UP_TOKEN",
  async run(context, args) {
    const { out } = context;
    const source = newSource(args._[0]!, args);
    const file = context.file();
    const added = registerSource(file, source);
    await recomputeServed(context, file);
    const { defaultSource } = loadConfig(file);
    if (out.json) return void out.document(sourceRecord(added, defaultSource));
    out.data(`Added source ${added.name}: ${added.url}`);
    if (defaultSource === undefined) {
      out.log.info(`Make it the default with: moonbit-registry source default ${added.name}`);
    }
  },
});

interface Words {
  readonly "from-preset"?: Preset | undefined;
  readonly url?: string | undefined;
  readonly "index-url"?: string | undefined;
  readonly "download-url"?: string | undefined;
  readonly type?: NewSource["type"] | undefined;
  readonly "index-type"?: NewSource["indexType"] | undefined;
  readonly priority?: string | undefined;
  readonly "token-env"?: string | undefined;
  readonly username?: string | undefined;
  readonly "password-env"?: string | undefined;
}

function newSource(name: string, args: Words): NewSource {
  const credentials = credentialsOf(args);
  return {
    name,
    from: originOf(args),
    ...(args.type && { type: args.type }),
    ...(args["index-type"] && { indexType: args["index-type"] }),
    ...(args.priority !== undefined && {
      priority: wholeNumber(args.priority, "--priority", 0, 1_000_000),
    }),
    ...(credentials && { credentials }),
  };
}

function originOf(args: Words): NewSource["from"] {
  const { "from-preset": preset, url, "index-url": indexUrl, "download-url": downloadUrl } = args;
  if (preset !== undefined) {
    const extra = Object.entries({ url, "index-url": indexUrl, "download-url": downloadUrl }).find(
      ([, value]) => value !== undefined,
    );
    if (extra) throw new Failure("usage", `--from-preset and --${extra[0]} exclude each other`);
    return { preset };
  }
  if (url === undefined) {
    const hint = "add --from-preset mooncakes, or --url URL";
    throw new Failure("usage", "source add wants to know where the source is", hint);
  }
  return {
    url,
    ...(indexUrl !== undefined && { indexUrl }),
    ...(downloadUrl !== undefined && { downloadUrl }),
  };
}

function credentialsOf(args: Words): NewCredentials | undefined {
  const { "token-env": tokenEnv, username, "password-env": passwordEnv } = args;
  if (tokenEnv !== undefined && (username !== undefined || passwordEnv !== undefined)) {
    throw new Failure("usage", "--token-env excludes --username and --password-env");
  }
  if (tokenEnv !== undefined) return { tokenEnv };
  if (username !== undefined && passwordEnv !== undefined) return { username, passwordEnv };
  if (username === undefined && passwordEnv === undefined) return undefined;
  throw new Failure("usage", "--username and --password-env go together");
}
