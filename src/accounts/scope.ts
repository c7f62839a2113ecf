/**
 * What a token may do.
 *
 *     read                 everything that can be read, of a private registry
 *     publish:owner/name   publish and yank that module; and read
 *     publish:owner/*      those of an owner
 *     publish:*            all
 *     admin                everything
 */
import { Failure } from "../errors.ts";

export type Scope = "read" | "admin" | `publish:${string}`;

export type Action = "read" | "publish" | "admin";

/** Who asks, as its token says. */
export interface Caller {
  /** The token's name. */
  readonly name: string;
  readonly scopes: readonly Scope[];
}

const HINT = "scopes are read, publish:OWNER/*, publish:OWNER/NAME, publish:* and admin";

/** @throws {Failure} "usage" for what is no scope */
export function parseScope(text: string): Scope {
  if (text === "read" || text === "admin" || text === "publish:*") return text;
  const module = /^publish:(.*)$/s.exec(text)?.[1];
  if (module === undefined || !isPlain(module.replace(/\/\*$/, "/x")) || module.length > 300) {
    throw new Failure("usage", `${JSON.stringify(text.slice(0, 80))} is no scope`, HINT);
  }
  return `publish:${module}`;
}

/**
 * Whether somebody may do something. A name is a module's, `owner/module`; to publish without one
 * asks for the right to publish anything at all, so that a forgotten name gives nothing away.
 */
export function may(caller: Caller | undefined, action: Action, name?: string): boolean {
  return caller?.scopes.some((scope) => allows(scope, action, name)) ?? false;
}

function allows(scope: Scope, action: Action, name: string | undefined): boolean {
  if (action === "read") return true; // every scope is worth that much
  if (action === "admin") return scope === "admin";
  if (name !== undefined && !isPlain(name)) return false;
  if (scope === "admin" || scope === "publish:*") return true;
  if (name === undefined || scope === "read") return false;
  const module = scope.slice("publish:".length);
  return module.endsWith("/*") ? name.startsWith(module.slice(0, -1)) : name === module;
}

/**
 * Whether a name can only mean itself: two segments or more, none of which leads elsewhere or holds a
 * pattern. What a module may be called is not decided here.
 */
function isPlain(name: string): boolean {
  const segments = name.split("/");
  return (
    segments.length >= 2 &&
    segments.every((each) => each !== "" && each !== "." && each !== "..") &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    !/[\\*?%\s\u0000-\u001f\u007f]/.test(name)
  );
}
