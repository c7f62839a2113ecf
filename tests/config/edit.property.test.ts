import { expect, test } from "bun:test";
import { addSource, removeSource, setSourceValue, setValue } from "../../src/config/edit.ts";
import { parseConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";
import { forAll, type Random } from "../support/random.ts";

/** What the file should stand for, kept beside it. */
interface Model {
  sources: { name: string; priority: number; auth: boolean }[];
  defaultSource: string | undefined;
  port: number | undefined;
  packages: string[];
}

test("any edits of any file keep its comments and mean what they should", () => {
  forAll(150, (random) => {
    const { model, text: start, comments } = randomFile(random);
    let text = start;
    check(text, model, comments);
    for (let step = 0; step < 12; step++) {
      text = randomEdit(random, text, model, comments);
      check(text, model, comments);
    }
  });
});

function check(text: string, model: Model, comments: ReadonlyMap<string, string>): void {
  expect(summary(parseConfig(text, "registry.toml"))).toEqual(model);
  const lost = [...comments.keys()].filter((comment) => !text.includes(comment));
  expect(lost).toEqual([]);
}

function summary(config: Config): Model {
  return {
    sources: config.sources.map(({ name, priority, auth }) => ({
      name,
      priority,
      auth: auth !== undefined,
    })),
    defaultSource: config.defaultSource,
    port: config.server.port === 8080 ? undefined : config.server.port,
    packages: [...config.mirror.packages],
  };
}

let serial = 0;

function randomEdit(
  random: Random,
  text: string,
  model: Model,
  comments: Map<string, string>,
): string {
  const target = model.sources.length > 0 ? random.pick(model.sources) : undefined;
  switch (random.int(6)) {
    case 0: {
      const priority = random.int(100);
      const auth = random.chance(0.3);
      const name = `new-${serial++}`;
      model.sources.push({ name, priority, auth });
      return addSource(text, {
        values: { name, url: "https://new.example", priority },
        ...(auth && { auth: { type: "bearer", token: "t" } }),
      });
    }
    case 1:
      if (!target) return text;
      model.sources.splice(model.sources.indexOf(target), 1);
      if (model.defaultSource === target.name) model.defaultSource = undefined;
      for (const [comment, owner] of comments) if (owner === target.name) comments.delete(comment);
      return removeSource(text, target.name);
    case 2:
      if (!target) return text;
      target.priority = random.int(100);
      return setSourceValue(text, target.name, "priority", target.priority);
    case 3:
      if (!target) return text;
      model.defaultSource = target.name;
      return setValue(text, ["default_source"], target.name);
    case 4:
      model.port = 1 + random.int(1000);
      return setValue(text, ["server", "port"], model.port);
    default:
      model.packages = Array.from({ length: random.int(3) }, (_, i) => `m${i}/*`);
      return setValue(text, ["mirror", "packages"], model.packages);
  }
}

/** A file of tables in any order; each comment is unique and knows the source it goes with, if any. */
function randomFile(random: Random): { text: string; model: Model; comments: Map<string, string> } {
  const comments = new Map<string, string>();
  const model: Model = { sources: [], defaultSource: undefined, port: undefined, packages: [] };
  let number = 0;
  const comment = (owner = "") => {
    const made = `# note ${number++}.`;
    comments.set(made, owner);
    return made;
  };
  const maybe = (line: string) => (random.chance(0.5) ? [line] : []);
  const tail = (owner = "") => (random.chance(0.3) ? ` ${comment(owner)}` : "");

  const sourceTable = (i: number): string[] => {
    const name = `s${i}`;
    const auth = random.chance(0.4);
    model.sources.push({ name, priority: i, auth });
    return [
      ...(random.chance(0.5) ? [comment(name)] : []),
      `[[sources]]${tail(name)}`,
      `name = "${name}"${tail(name)}`,
      ...(random.chance(0.3) ? ["", comment(name)] : []),
      `priority = ${i}`,
      `url = "https://${name}.example"${tail(name)}`,
      ...(auth
        ? [
            ...maybe(""),
            ...(random.chance(0.3) ? [comment(name)] : []),
            "[sources.auth]",
            `type = "bearer"${tail(name)}`,
            'token = "# no comment"',
          ]
        : []),
    ];
  };
  const tables: string[][] = Array.from({ length: random.int(4) }, (_, i) => sourceTable(i));
  const server = random.chance(0.5) ? [...maybe(comment()), `[server]${tail()}`] : [];
  if (server.length > 0 && random.chance(0.5)) {
    model.port = 7;
    server.push(`port = 7${tail()}`, ...(random.chance(0.5) ? [comment(), ""] : []));
  }
  // The comment was made either way.
  const unused = (all: string[]) => {
    for (const made of comments.keys())
      if (!all.some((line) => line.includes(made))) comments.delete(made);
  };
  if (server.length > 0) tables.splice(random.int(tables.length + 1), 0, server);

  const top = [...(random.chance(0.5) ? [comment(), ""] : [])];
  if (model.sources.length > 0 && random.chance(0.6)) {
    const chosen = random.pick(model.sources).name;
    model.defaultSource = chosen;
    const line = `default_source = "${chosen}"`;
    const isLastOfSource = tables.findLastIndex((table) =>
      table.some((each) => each.includes("[[sources]]")),
    );
    if (random.chance(0.5)) top.push(`${line}${tail()}`, "");
    else tables[isLastOfSource]!.push(line);
  }
  const all = [
    ...top,
    ...tables.flatMap((table) => [
      ...table,
      ...(random.chance(0.7) ? ["", ...(random.chance(0.3) ? [comment(), ""] : [])] : []),
    ]),
  ];
  unused(all);
  return { text: all.join(random.pick(["\n", "\r\n"])) + random.pick(["", "\n"]), model, comments };
}
