import { describe, expect, test } from "bun:test";
import { GLOBAL_OPTIONS } from "../../src/cli/globals.ts";
import { ENTRIES, type Entry } from "../../src/cli/root.ts";
import { commandHelp, familyHelp, rootHelp } from "../../src/cli/usage.ts";
import { readWords } from "../../src/cli/words.ts";

const plain = (text: string) => text;

/** Every command with its full name. */
const COMMANDS: readonly { name: string; entry: Entry }[] = ENTRIES.flatMap((entry) =>
  "members" in entry
    ? entry.members.map((member) => ({ name: `${entry.name} ${member.name}`, entry: member }))
    : [{ name: entry.name, entry }],
);

const FAMILIES = ENTRIES.filter((entry) => "members" in entry);

describe("every help text", () => {
  test("fits into 80 columns and says something on every line", async () => {
    const pages = [rootHelp("0.1.0", plain), ...FAMILIES.map((each) => familyHelp(each, plain))];
    for (const { name, entry } of COMMANDS) {
      const { default: command } = await entry.load();
      pages.push(commandHelp(name, entry.summary, command, plain));
    }
    for (const line of pages.join("\n").split("\n")) {
      expect(line.length).toBeLessThanOrEqual(80);
      expect(line).not.toContain("undefined");
    }
  });

  test("has an example that the command takes", async () => {
    for (const { name, entry } of COMMANDS) {
      const { default: command } = await entry.load();
      expect(command.example).toStartWith(name);
      const words = command.example.slice(name.length).match(/"[^"]*"|\S+/g) ?? [];
      const options = { ...GLOBAL_OPTIONS, ...command.options };
      readWords(words, { name, options, operands: command.operands ?? [] });
    }
  });

  test("names no option twice, nor a letter", async () => {
    for (const { entry } of COMMANDS) {
      const { default: command } = await entry.load();
      const all = [...Object.entries(GLOBAL_OPTIONS), ...Object.entries(command.options)];
      const names = all.map(([name]) => name);
      const letters = all.flatMap(([, option]) => ("alias" in option ? [option.alias] : []));
      expect(new Set(names).size).toBe(names.length);
      expect(new Set(letters).size).toBe(letters.length);
    }
  });
});

test("the first help", () => {
  expect(rootHelp("0.1.0", plain)).toMatchInlineSnapshot(`
    "moonbit-registry 0.1.0: a package registry for MoonBit in one executable

    Usage: moonbit-registry COMMAND [OPTIONS]

    Set up
      init          make a registry
      source        upstream registries: add, list, default, enable, ...
      config        show or change settings

    Mirror
      mirror        download modules and what they depend on
      sync          refresh sources and what was mirrored from them
      status        what is here, and since when

    Find and take
      search        find modules by words
      info          everything that is known of a module
      resolve       which version a range means
      deps          what a module needs, or what needs it
      get           unpack a module and what it needs

    Publish
      publish       publish a module, here or to a server
      yank          keep a published version from new users
      unyank        take a yank back

    Keep
      verify        prove every archive and the index, and repair
      gc            remove what nothing refers to, or old versions

    Carry
      export        write what is here, or what is new, to a bundle
      import        check a bundle and take it in
      key           keys that sign bundles: generate

    Serve
      serve         serve the registry over HTTP
      update        run \`moon update\` against this registry
      setup-client  point \`moon\` here for good, and back
      token         who may read and publish: create, list, revoke
      org           who may register KnitPkg projects: members, add, remove

    Sign in to a server
      login         keep a token for a server
      logout        forget the token for a server
      whoami        who a server takes you for

    Options
      -d, --dir DIR           the registry; default: registry.toml here or above
          --json              data as JSON on stdout
      -q, --quiet             only data, warnings and errors
      -v, --verbose           more on what goes wrong
          --no-color          plain text
      -h, --help              this help
      -V, --version           this program's version

    Example
      moonbit-registry init reg && cd reg
      moonbit-registry source add mooncakes --from-preset mooncakes
      moonbit-registry mirror "moonbitlang/*"
      moonbit-registry serve

    \`moonbit-registry COMMAND --help\` tells more about one."
  `);
});

test("the help of a family", () => {
  expect(familyHelp(FAMILIES[0]!, plain)).toMatchInlineSnapshot(`
    "moonbit-registry source: upstream registries: add, list, default, enable, ...

    Usage: moonbit-registry source COMMAND [OPTIONS]

    Commands
      add         add an upstream registry
      list        list the upstream registries
      default     choose the source that \`mirror\` takes from
      enable      use a source again
      disable     keep a source, but do not use it
      remove      forget a source; its archives stay until gc

    \`moonbit-registry source COMMAND --help\` tells more about one."
  `);
});

/** The help of a command by its name. */
async function helpOf(wanted: string): Promise<string> {
  const { name, entry } = COMMANDS.find((each) => each.name === wanted)!;
  const { default: command } = await entry.load();
  return commandHelp(name, entry.summary, command, plain);
}

test("the help of a command with many options", async () => {
  expect(await helpOf("source add")).toMatchInlineSnapshot(`
    "moonbit-registry source add: add an upstream registry

    Usage: moonbit-registry source add NAME [OPTIONS]

    Arguments
      NAME                    what commands call it; a-z, 0-9, . _ -

    Options
          --from-preset NAME  known by name: mooncakes
          --url URL           or any other, by its address
          --index-url URL     its index; default: URL/git/index, or URL/index
          --download-url URL  its archives; default: URL
          --type TYPE         mooncakes, moonbit-registry or custom (default)
          --index-type TYPE   git (default) or http
          --priority N        lower is tried first; default: preset 100, others 50
          --token-env VAR     variable that holds its token
          --username NAME     or a user, with the password in ...
          --password-env VAR  ... this variable

    Everywhere
      -d, --dir DIR           the registry; default: registry.toml here or above
          --json              data as JSON on stdout
      -q, --quiet             only data, warnings and errors
      -v, --verbose           more on what goes wrong
          --no-color          plain text
      -h, --help              this help
      -V, --version           this program's version

    Secrets are not written: registry.toml names the variable, read when it is used.

    Example
      moonbit-registry source add up --url https://up.example --token-env UP_TOKEN"
  `);
});

test("the help of a command that takes many words", async () => {
  expect(await helpOf("mirror")).toMatchInlineSnapshot(`
    "moonbit-registry mirror: download modules and what they depend on

    Usage: moonbit-registry mirror [PATTERN...] [OPTIONS]

    Arguments
      PATTERN                 glob over owner/name, quoted; default: mirror.packages

    Options
      -s, --source NAME       take from this source; default: the default one
          --full              everything the source has
          --assets            prebuilt programs (wasm) of the modules too
          --strict            only what matches, without dependencies
          --latest N          the latest N versions of each module
          --since DATE        versions published since, such as 2026-01-31
          --dry-run           list what would be downloaded
          --offline           with --dry-run: ask no source what is new
      -j, --jobs N            downloads at a time; default: mirror.concurrency
          --wait TIME         wait so long for another that writes here, such as 10m
          --save              add the patterns to mirror.packages
          --forget            sync no longer what was mirrored by the patterns

    Everywhere
      -d, --dir DIR           the registry; default: registry.toml here or above
          --json              data as JSON on stdout
      -q, --quiet             only data, warnings and errors
      -v, --verbose           more on what goes wrong
          --no-color          plain text
      -h, --help              this help
      -V, --version           this program's version

    Latest are the newest releases, then pre-releases; yanked versions come last.
    What is here already is not downloaded again: run it again after a failure.
    --dry-run --offline names what is missing by the index that is here; exit code
    3 says that a pattern matches nothing in it.

    Example
      moonbit-registry mirror "moonbitlang/*" --latest 3"
  `);
});

test("the help of a command that hands words on", async () => {
  expect(await helpOf("update")).toMatchInlineSnapshot(`
    "moonbit-registry update: run \`moon update\` against this registry

    Usage: moonbit-registry update [OPTIONS] [-- ARGS...]

    Arguments
      ARGS                    handed on to \`moon update\`

    Options
          --registry URL      against this one; default: where \`serve\` serves
          --mooncakes         against the public one

    Everywhere
      -d, --dir DIR           the registry; default: registry.toml here or above
          --json              data as JSON on stdout
      -q, --quiet             only data, warnings and errors
      -v, --verbose           more on what goes wrong
          --no-color          plain text
      -h, --help              this help
      -V, --version           this program's version

    Example
      moonbit-registry update --registry http://registry.example:8080"
  `);
});
