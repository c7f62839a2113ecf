/** The `registry.toml` that `init` writes. */
import { GENERAL_KEYS, type Key, TABLES } from "./keys.ts";
import { writeValue } from "./toml-value.ts";

/** Every setting with its default and a short comment; no source yet. */
export function defaultConfigText(name: string): string {
  const tables = Object.entries(TABLES).map(([table, keys]) => {
    const lines = Object.entries<Key>(keys).map(([key, description]) => {
      const value = table === "registry" && key === "name" ? name : description.default!;
      return withNote(`${key} = ${writeValue(value)}`, description.help);
    });
    return [`[${table}]`, ...lines].join("\n");
  });
  return `# A MoonBit registry. Edit this, or use \`moonbit-registry config KEY VALUE\`.
# Sources are added with \`moonbit-registry source add\`.

# ${withNote('default_source = "mooncakes"', GENERAL_KEYS.get("default_source")!.help)}

${tables.join("\n\n")}
`;
}

function withNote(pair: string, note: string): string {
  return `${pair.padEnd(30)} # ${note}`;
}
