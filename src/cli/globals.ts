/** Options that every command takes, before or behind its name. */
export const GLOBAL_OPTIONS = {
  dir: {
    type: "string",
    alias: "d",
    valueHint: "DIR",
    description: "the registry; default: registry.toml here or above",
  },
  json: { type: "boolean", description: "data as JSON on stdout" },
  quiet: { type: "boolean", alias: "q", description: "only data, warnings and errors" },
  verbose: { type: "boolean", alias: "v", description: "more on what goes wrong" },
  color: { type: "boolean", default: true, negativeDescription: "plain text" },
  help: { type: "boolean", alias: "h", description: "this help" },
  version: { type: "boolean", alias: "V", description: "this program's version" },
} as const;
