import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { addSource, removeSource, setSourceValue, setValue } from "../../src/config/edit.ts";
import { parseConfig } from "../../src/config/load.ts";
import { listSettings } from "../../src/config/settings.ts";
import { tempDirectory } from "../support/temp.ts";

const load = (text: string) => parseConfig(text, "registry.toml");

const PUBLIC = `# our registry
[registry]
name = "team"

# where it all comes from
[upstream] # one only
enabled = true # for now
url = "https://mooncakes.io"
index_url = "https://mooncakes.io/git/index"

[mirror]
packages = ["moonbitlang/*"]
`;

const PRIVATE = `[upstream]
url = "https://up.example/base/"
[upstream.auth]
type = "bearer"
token = "\${UP_TOKEN}"
`;

describe("an [upstream] table", () => {
  test("is one source, and the default", () => {
    const { sources, defaultSource } = load(PUBLIC);
    expect(defaultSource).toBe("mooncakes");
    expect(sources).toEqual([
      {
        name: "mooncakes",
        type: "mooncakes",
        url: "https://mooncakes.io",
        indexUrl: "https://mooncakes.io/git/index",
        indexType: "git",
        downloadUrl: "https://download.mooncakes.io",
        enabled: true,
        priority: 100,
      },
    ]);
  });

  test("of another address is named upstream, with its credentials", () => {
    const { sources, defaultSource } = load(PRIVATE);
    expect(defaultSource).toBe("upstream");
    expect(sources).toMatchObject([
      {
        name: "upstream",
        type: "custom",
        indexUrl: "https://up.example/base/git/index",
        downloadUrl: "https://up.example/base",
        auth: { type: "bearer", token: `\${UP_TOKEN}` },
      },
    ]);
  });

  test("without an address is the public registry, also when it is off", () => {
    expect(load("[upstream]\nenabled = false").sources).toMatchObject([
      { name: "mooncakes", url: "https://mooncakes.io", enabled: false },
    ]);
  });

  test("beside [[sources]] says nothing", () => {
    const text = `${PUBLIC}[[sources]]\nname = "a"\nurl = "https://a.example"\n`;
    expect(load(text)).toMatchObject({ sources: [{ name: "a" }], defaultSource: undefined });
  });

  test("is refused with its line when it is wrong", () => {
    expect(() => load(PUBLIC.replace("enabled", "enable"))).toThrow(
      "registry.toml:7: unknown key `enable` in [upstream]",
    );
    expect(() => load('upstream = "x"')).toThrow("`upstream` must be a table");
    expect(() => load('[upstream]\nurl = ""')).toThrow("registry.toml:2: ");
  });

  test("is shown by config as the source that it is", () => {
    const file = join(tempDirectory(), "registry.toml");
    writeFileSync(file, PUBLIC);
    const settings = new Map(listSettings(file).map((each) => [each.key, each]));
    expect(settings.get("sources.mooncakes.index_url")).toMatchObject({ isDefault: false });
    expect(settings.get("sources.mooncakes.priority")).toMatchObject({
      value: 100,
      isDefault: true,
    });
  });
});

describe("a command", () => {
  const other = { values: { name: "other", url: "https://other.example" } };

  test("makes it a source, and every comment stays", () => {
    expect(addSource(PUBLIC, other)).toMatchInlineSnapshot(`
      "default_source = "mooncakes"

      # our registry
      [registry]
      name = "team"

      # where it all comes from
      [[sources]] # one only
      name = "mooncakes"
      type = "mooncakes"
      priority = 100
      enabled = true # for now
      url = "https://mooncakes.io"
      index_url = "https://mooncakes.io/git/index"

      [[sources]]
      name = "other"
      url = "https://other.example"

      [mirror]
      packages = ["moonbitlang/*"]
      "
    `);
  });

  test("changes it, removes it, and leaves it alone when it is about something else", () => {
    const changed = setSourceValue(PRIVATE, "upstream", "enabled", false);
    expect(load(changed).sources).toEqual([{ ...load(PRIVATE).sources[0]!, enabled: false }]);
    const removed = removeSource(PRIVATE, "upstream");
    expect(load(removed)).toMatchObject({ sources: [], defaultSource: undefined });
    expect(setValue(PUBLIC, ["server", "port"], 1)).toContain("[upstream] # one only");
  });

  test.each([
    'upstream = { url = "https://up.example" }\n',
    'upstream.url = "https://up.example"\n',
  ])("says what to do when it is written as %s", (text) => {
    expect(load(text).sources).toHaveLength(1);
    expect(() => addSource(text, other)).toThrow("cannot be edited safely");
  });
});
