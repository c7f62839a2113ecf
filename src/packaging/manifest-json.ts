/** `moon.mod.json`: JSON in which comments and trailing commas are allowed, as clients do. */
import type { Node, ParseError } from "jsonc-parser";
import { SyntaxProblem } from "./dsl-lexer.ts";
import { type Fields, MAX_DEPTH } from "./fields.ts";

/** @throws {SyntaxProblem} */
export async function parseJsonManifest(text: string): Promise<Fields> {
  const { parseTree, printParseErrorCode } = await import("jsonc-parser");
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length;
  checkDepth(text, lineAt);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) {
    const what = printParseErrorCode(error.error).replace(/(?<=[a-z])(?=[A-Z])/g, " ");
    throw new SyntaxProblem(lineAt(error.offset), `not JSON: ${what.toLowerCase()}`, MEND);
  }
  if (root?.type !== "object") throw new SyntaxProblem(1, "is no JSON object", MEND);
  const lines = new Map<string, number>();
  for (const { children } of root.children ?? []) {
    const key = children?.[0];
    if (key) lines.set(String(key.value), lineAt(key.offset));
  }
  return { values: plain(root, lineAt) as Record<string, unknown>, lines };
}

const MEND = "it holds one { … } with keys in quotes";

/** Brackets outside texts and comments, counted before anything recursive sees them. */
function checkDepth(text: string, lineAt: (offset: number) => number): void {
  const pieces = /"(?:[^"\\\n]|\\.)*"?|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[[{]|[\]}]/g;
  let depth = 0;
  for (const { 0: piece, index } of text.matchAll(pieces)) {
    if (piece === "[" || piece === "{") depth++;
    else if (piece === "]" || piece === "}") depth--;
    if (depth > MAX_DEPTH)
      throw new SyntaxProblem(lineAt(index), "is nested too deep", "write it flatter");
  }
}

function plain(node: Node, lineAt: (offset: number) => number): unknown {
  if (node.type === "array") return (node.children ?? []).map((each) => plain(each, lineAt));
  if (node.type !== "object") return node.value;
  const found = new Map<string, unknown>();
  for (const { children } of node.children ?? []) {
    const [key, value] = children ?? [];
    if (!key || !value) continue;
    const name = String(key.value);
    if (found.has(name)) {
      const message = `${JSON.stringify(name)} is there twice`;
      throw new SyntaxProblem(lineAt(key.offset), message, "keep one of them");
    }
    found.set(name, plain(value, lineAt));
  }
  // Makes own properties only, also of a key such as __proto__.
  return Object.fromEntries(found);
}
