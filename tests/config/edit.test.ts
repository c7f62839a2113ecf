import { describe, expect, test } from "bun:test";
import { addSource, removeSource, setSourceValue, setValue } from "../../src/config/edit.ts";
import { Failure } from "../../src/errors.ts";

/** Joins lines, as the editor leaves them: with a line end behind the last. */
const lines = (...each: string[]) => `${each.join("\n")}\n`;

const source = (name: string, ...more: string[]) =>
  lines("[[sources]]", `name = "${name}"`, `url = "https://${name}.example"`, ...more);

describe("setValue", () => {
  test("replaces a value and nothing around it", () => {
    const text = lines("# top", "[server]", "  port  =  8080   # for the team", 'host = "a"');
    expect(setValue(text, ["server", "port"], 9000)).toBe(text.replace("8080", "9000"));
  });

  test("replaces an array that takes many lines", () => {
    const text = lines("[mirror]", "packages = [", '  "a/*", # all', "]", "concurrency = 1");
    expect(setValue(text, ["mirror", "packages"], ["b/c", 'd"/*'])).toBe(
      lines("[mirror]", "packages = [", '  "b/c",', '  "d\\"/*",', "]", "concurrency = 1"),
    );
  });

  const set = (text: string, ...packages: string[]) =>
    setValue(text, ["mirror", "packages"], packages);

  test("takes and adds elements of an array, and leaves the others as they are written", () => {
    const before = lines(
      "[mirror]",
      "packages = [ # remembered",
      "  # the team's",
      "  'a/*',   # pinned for ticket 12",
      '\t"b/*", "c/*",',
      '  # "d/*",',
      '  "e/*" # the last',
      "  # nothing below",
      "]",
    );
    expect(set(before, "a/*", "b/*", "c/*", "e/*")).toBe(before);
    expect(set(before, "a/*", "b/*", "c/*", "e/*", "f/*")).toBe(
      before.replace('"e/*" # the last\n', '"e/*", # the last\n  "f/*"\n'),
    );
    expect(set(before, "b/*", "e/*")).toBe(
      before.replace("  'a/*',   # pinned for ticket 12\n", "").replace(' "c/*",', ""),
    );
    expect(set(before, "e/*", "a/*")).toBe(
      lines(
        "[mirror]",
        "packages = [ # remembered",
        '  # "d/*",',
        '  "e/*", # the last',
        "  # the team's",
        "  'a/*'   # pinned for ticket 12",
        "  # nothing below",
        "]",
      ),
    );
    expect(set(before)).toBe(
      lines(
        "[mirror]",
        "packages = [ # remembered",
        "  # the team's",
        '  # "d/*",',
        "  # nothing below",
        "]",
      ),
    );
  });

  test("keeps what says the same in another way", () => {
    const text = lines(
      "[server]",
      "port = 0x1F_90",
      "host = 'h'",
      "[mirror]",
      "packages = ['a/*']",
    );
    expect(setValue(text, ["server", "port"], 0x1f90)).toBe(text);
    expect(setValue(text, ["server", "host"], "h")).toBe(text);
    expect(set(text, "a/*")).toBe(text);
    expect(set(text, "a/*", "b/*")).toBe(text.replace("['a/*']", '["a/*", "b/*"]'));
    expect(set(lines("[mirror]", "packages = [", '  "a/*",', "]"))).toBe(
      lines("[mirror]", "packages = []"),
    );
  });

  test("adds a key behind the last of its table", () => {
    const text = lines("[server]", "port = 1 # one", "", "# about git", "[git]", 'branch = "b"');
    expect(setValue(text, ["server", "host"], "h")).toBe(
      text.replace("# one\n", '# one\nhost = "h"\n'),
    );
  });

  test("adds a key to a table without any", () => {
    expect(setValue("[server]", ["server", "port"], 1)).toBe(lines("[server]", "port = 1"));
  });

  test("adds a table at the end when there is none", () => {
    const text = lines("[git]", 'branch = "b"');
    expect(setValue(text, ["server", "port"], 1)).toBe(`${text}\n[server]\nport = 1\n`);
    expect(setValue("", ["server", "port"], 1)).toBe("[server]\nport = 1\n");
  });

  test("keeps dotted keys dotted and inline tables inline", () => {
    expect(setValue("server.port = 1 # p\n", ["server", "host"], "h")).toBe(
      'server.port = 1 # p\nserver.host = "h"\n',
    );
    expect(setValue("server = { port = 1 } # p\n", ["server", "host"], "h")).toBe(
      'server = { port = 1, host = "h" } # p\n',
    );
    expect(setValue("server = {}\n", ["server", "port"], 1)).toBe("server = { port = 1 }\n");
    expect(setValue("server = { port = 1 }\n", ["server", "port"], 2)).toBe(
      "server = { port = 2 }\n",
    );
  });

  test("keeps Windows line ends", () => {
    expect(setValue("[server]\r\nport = 1\r\n", ["server", "host"], "h")).toBe(
      '[server]\r\nport = 1\r\nhost = "h"\r\n',
    );
  });

  test("writes any text so that it reads the same", () => {
    for (const value of ['a"b\\c', "tab\there", "\u007f\u0000", "ü 🐫", "#", "'''"]) {
      expect(setValue("", ["registry", "name"], value)).toBeString(); // proven inside
    }
  });
});

describe("setValue of default_source", () => {
  const set = (text: string) => setValue(text, ["default_source"], "up");

  test("goes before the first table, and not between that and its comment", () => {
    expect(set(lines("# top", "", "# about", "[server]", "port = 1"))).toBe(
      lines("# top", 'default_source = "up"', "", "# about", "[server]", "port = 1"),
    );
    expect(set(lines("# about", "[server]"))).toBe(
      lines('default_source = "up"', "", "# about", "[server]"),
    );
    expect(set("")).toBe('default_source = "up"\n');
    expect(set("# only this")).toBe('# only this\ndefault_source = "up"\n');
  });

  test("replaces it where it strayed to", () => {
    const text = source("up", 'default_source = "old" # ours');
    expect(set(text)).toBe(text.replace("old", "up"));
  });
});

describe("addSource", () => {
  const added = { values: { name: "new", url: "https://new.example", enabled: true, priority: 5 } };
  const block = lines(
    "[[sources]]",
    'name = "new"',
    'url = "https://new.example"',
    "enabled = true",
    "priority = 5",
  );

  test("goes to the end when it is the first", () => {
    expect(addSource("", added)).toBe(block);
    expect(addSource("[server]\nport = 1", added)).toBe(`[server]\nport = 1\n\n${block}`);
  });

  test("goes behind the other sources, apart from the next table's comment", () => {
    const first = source("a", "[sources.auth]", 'type = "bearer"', 'token = "t"', "# note on a");
    const rest = lines("", "# about the server", "[server]", "port = 1");
    expect(addSource(first + rest, added)).toBe(`${first}\n${block}${rest}`);
    expect(addSource(source("a") + rest.trimStart(), added)).toBe(
      `${source("a")}\n${block}\n${rest.trimStart()}`,
    );
  });

  test("writes credentials as a table of their own", () => {
    const auth = { type: "bearer", token: `\${TOKEN}` };
    expect(addSource("", { ...added, auth })).toBe(
      `${block}\n[sources.auth]\ntype = "bearer"\ntoken = "\${TOKEN}"\n`,
    );
  });

  test("goes into an array that is written inline", () => {
    const element = '{ name = "new", url = "https://new.example", enabled = true, priority = 5 }';
    expect(addSource("sources = [] # none\n", added)).toBe(`sources = [${element}] # none\n`);
    expect(addSource('sources = [\n  { name = "a" }, # a\n]\n', added)).toBe(
      `sources = [\n  { name = "a" }, ${element}, # a\n]\n`,
    );
  });
});

describe("setSourceValue", () => {
  const text = `${source("a", "enabled = true # yes")}\n${source("b", 'default_source = "a"')}`;

  test("replaces a value of that source only", () => {
    expect(setSourceValue(text, "a", "enabled", false)).toBe(text.replace("true", "false"));
  });

  test("adds a key behind the source's own, before a stray default_source", () => {
    expect(setSourceValue(text, "b", "enabled", false)).toBe(
      text.replace("default_source", "enabled = false\ndefault_source"),
    );
  });

  test("refuses a source that is not there", () => {
    expect(() => setSourceValue(text, "c", "enabled", false)).toThrow("there is no source c");
  });
});

describe("removeSource", () => {
  test("takes its tables and its own comments, and leaves the others", () => {
    const kept = lines("# top", "", "# about b", ...source("b").trimEnd().split("\n"), "");
    const gone = lines(
      "# about a",
      ...source(
        "a",
        "# inside",
        "priority = 1 # low",
        "",
        "[sources.auth]",
        'type = "bearer"',
        'token = "t"',
      )
        .trimEnd()
        .split("\n"),
      "# download_url = 1",
      "",
    );
    const rest = lines("# apart", "", "# about the server", "[server]", "port = 1 # p");
    expect(removeSource(kept + gone + rest, "a")).toBe(kept + rest);
  });

  test("takes the last and the only one", () => {
    expect(removeSource(`${source("a")}\n${source("b")}`, "b")).toBe(`${source("a")}\n`);
    expect(removeSource(source("a"), "a")).toBe("");
  });

  test("finds credentials behind other tables", () => {
    const server = lines("[server]", "port = 1");
    const auth = lines("[sources.auth]", 'type = "bearer"', 'token = "t"');
    expect(removeSource(source("a") + server + auth, "a")).toBe(server);
  });

  test("takes a default_source that names it, but not the comment behind that", () => {
    expect(removeSource(`default_source = "a" # ours\n\n${source("a")}`, "a")).toBe("# ours\n\n");
    expect(removeSource(source("a") + source("b", 'default_source = "a"'), "a")).toBe(source("b"));
  });

  test("leaves the comments above a default_source that stands right above it", () => {
    const above = lines("# Ask Ann first.", 'default_source = "a" # ticket 5');
    expect(removeSource(above + source("a") + source("b"), "a")).toBe(
      lines("# Ask Ann first.", "# ticket 5") + source("b"),
    );
  });

  test("keeps a default_source that strayed into it and names another", () => {
    const text =
      source("b") + source("a", "priority = 1", "", "# the default", 'default_source = "b" # ours');
    expect(removeSource(text, "a")).toBe(
      lines(
        "# the default",
        'default_source = "b" # ours',
        "",
        ...source("b").trimEnd().split("\n"),
      ),
    );
  });

  test("takes an element of an array that is written inline", () => {
    const text =
      'sources = [\n  { name = "a" }, # a\n  { name = "b", default_source = "b" } # b\n]\n';
    expect(removeSource(text, "a")).toBe(
      'sources = [\n   # a\n  { name = "b", default_source = "b" } # b\n]\n',
    );
    expect(removeSource(text, "b")).toBe('sources = [\n  { name = "a" } # a\n   # b\n]\n');
    const noted = 'sources = [\n  { name = "a" } # a, or so\n]\n';
    expect(removeSource(noted, "a")).toBe("sources = [\n   # a, or so\n]\n");
  });

  test("refuses a source that is not there", () => {
    expect(() => removeSource(source("a"), "c")).toThrow(Failure);
  });
});
