import { describe, expect, test } from "bun:test";
import { parseConfig } from "../../src/config/load.ts";

const load = (text: string) => parseConfig(text, "registry.toml").providers;

const ID = `$\{ID}`;
const SECRET = `$\{SECRET}`;
const APPLICATION = `client_id = "${ID}"\nclient_secret = "${SECRET}"`;

test("a provider is its type, an application and where it is", () => {
  expect(
    load(
      `[[providers]]\ntype = "github"\n${APPLICATION}\nusers = ["ann"]\n[[providers]]\nname = "forge"\ntype = "forgejo"\nurl = "https://forge.example/"\n${APPLICATION}`,
    ),
  ).toEqual([
    {
      name: "github",
      type: "github",
      url: "https://github.com",
      // As written: what they stand for is looked up at use.
      clientId: ID,
      clientSecret: SECRET,
      users: ["ann"],
    },
    {
      name: "forge",
      type: "forgejo",
      url: "https://forge.example",
      clientId: ID,
      clientSecret: SECRET,
      users: [],
    },
  ]);
});

describe("what is wrong with one is told with its line", () => {
  const cases: [string, string, string][] = [
    ["no array", "providers = 1", "registry.toml:1: `providers` must be written as [[providers]]"],
    [
      "no type",
      `[[providers]]\n${APPLICATION}`,
      "registry.toml:1: a [[providers]] table has no `type`",
    ],
    [
      "no application",
      '[[providers]]\ntype = "gitlab"',
      "registry.toml:1: a [[providers]] table has no `client_id`",
    ],
    [
      "a forge without an address",
      `[[providers]]\ntype = "gitea"\n${APPLICATION}`,
      "registry.toml:1: a [[providers]] table has no `url`",
    ],
    [
      "a type that is not known",
      `[[providers]]\ntype = "svn"\n${APPLICATION}`,
      "registry.toml:2: `providers.type` must be",
    ],
    [
      "a key that is not known",
      `[[providers]]\ntype = "github"\n${APPLICATION}\nuser = ["ann"]`,
      "registry.toml:5: unknown key `user` in [[providers]]",
    ],
    [
      "the registry's own name",
      `[[providers]]\ntype = "github"\nname = "local"\n${APPLICATION}`,
      "registry.toml:3: `local` is this registry's own provider",
    ],
    [
      "a name twice",
      `[[providers]]\ntype = "github"\n${APPLICATION}\n[[providers]]\nname = "github"\ntype = "github"\n${APPLICATION}`,
      "registry.toml:6: there is a provider `github` above already",
    ],
  ];
  for (const [what, text, message] of cases) {
    test(what, () => expect(() => load(text)).toThrow(message));
  }
});
