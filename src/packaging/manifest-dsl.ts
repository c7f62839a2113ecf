/**
 * `moon.mod` in the words of `moon.mod.json`, as clients read it. Source: `read_module_from_dsl` in
 * `moonutil/src/manifest.rs` of moonbitlang/moon.
 */

import { isRecord } from "../record.ts";
import { SyntaxProblem } from "./dsl-lexer.ts";
import { parseStatements, type Statement } from "./dsl-parser.ts";
import type { Fields } from "./fields.ts";

const KEYS: ReadonlySet<string> = new Set([
  "import",
  "options",
  "warnings",
  "name",
  "version",
  "rule",
  "readme",
  "repository",
  "license",
  "keywords",
  "description",
  "source",
  "supported_targets",
  "preferred_target",
]);

/** @throws {SyntaxProblem} */
export function parseDsl(text: string): Fields {
  const statements = parseStatements(text);
  const found = new Map<string, { value: unknown; line: number }>();
  const rules: unknown[] = [];
  const add = (key: string, value: unknown, line: number): void => {
    if (found.has(key))
      throw new SyntaxProblem(line, `"${key}" is there twice`, "keep one of them");
    found.set(key, { value, line });
  };
  for (const each of statements) {
    const { key, value, line } = each;
    if (!KEYS.has(key)) throw unknownKey(each);
    if (key === "rule") rules.push(value);
    else add(key, value, line);
  }
  const first = statements.find(({ key }) => key === "rule");
  if (first) add("rule", rules, first.line);
  const options = found.get("options");
  found.delete("options");
  for (const [option, setting] of Object.entries(isRecord(options?.value) ? options.value : {})) {
    add(option, setting, options!.line);
  }
  checkRules(found.get("rule"));
  return lower(found);
}

/** Rules that could not be told apart. What each must say is the same in JSON, and is checked there. */
function checkRules(found: { value: unknown; line: number } | undefined): void {
  if (!found) return;
  const { value: rules, line } = found;
  if (!Array.isArray(rules)) {
    const fix = 'write rule(name: "…", command: "…")';
    throw new SyntaxProblem(line, '"rule" is no list of rules', fix);
  }
  const names = rules.map((rule) => (isRecord(rule) ? rule.name : undefined));
  const twin = names.find((name, at) => typeof name === "string" && names.indexOf(name) < at);
  if (twin === undefined) return;
  throw new SyntaxProblem(
    line,
    `there are two rules ${JSON.stringify(twin)}`,
    "rename one of them",
  );
}

type Found = Map<string, { value: unknown; line: number }>;

/** Renames what has another name in JSON, and makes dependencies of imports. */
function lower(found: Found): Fields {
  const take = (key: string) => {
    const each = found.get(key);
    found.delete(key);
    return each;
  };
  const warnings = take("warnings");
  const list = take("warn-list");
  if (warnings ?? list) {
    const value = `${text(warnings?.value)}${text(list?.value)}`;
    if (value !== "") found.set("warn-list", { value, line: (warnings ?? list)!.line });
  }
  for (const [own, json] of [
    ["preferred_target", "preferred-target"],
    ["supported_targets", "supported-targets"],
  ] as const) {
    const each = take(own);
    if (each) found.set(json, each);
  }
  const imports = take("import");
  const deps = take("deps");
  if (imports ?? deps) {
    const line = (imports ?? deps)!.line;
    found.set("deps", { value: dependencies(imports?.value, deps?.value, line), line });
  }
  return {
    values: Object.fromEntries([...found].map(([key, { value }]) => [key, value])),
    lines: new Map([...found].map(([key, { line }]) => [key, line])),
  };
}

function dependencies(imports: unknown, deps: unknown, line: number): unknown {
  if (deps !== undefined && !isRecord(deps)) {
    throw new SyntaxProblem(line, '"deps" is no list of modules', 'write "owner/module": "1.0.0"');
  }
  const items = Array.isArray(imports) ? imports.map(String) : [];
  const pairs = items.map((item): [string, string] => {
    const at = item.lastIndexOf("@");
    if (at > 0 && at < item.length - 1) return [item.slice(0, at), item.slice(at + 1)];
    throw new SyntaxProblem(
      line,
      `${JSON.stringify(item)} names no version`,
      `write "${item}@1.0.0"`,
    );
  });
  return Object.fromEntries([...Object.entries(deps ?? {}), ...pairs]);
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function unknownKey({ key, line }: Statement): SyntaxProblem {
  return new SyntaxProblem(
    line,
    `moon.mod has no key "${key}"`,
    `other settings go into options(…)`,
  );
}
