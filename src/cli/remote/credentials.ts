/**
 * The tokens that `login` keeps, for this user alone.
 *
 *     ~/.config/moonbit-registry/credentials.json   mode 0600
 *     {"version": 1, "last": "https://a.example", "tokens": {"https://a.example": "mbr_…"}}
 *
 * Version 1: first.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { Failure, messageOf, systemCode } from "../../errors.ts";
import { writeDurablySync } from "../../files/mod.ts";

export interface Credentials {
  /** The server that `login` was last run for. */
  readonly last: string | undefined;
  /** By a server's URL, without a trailing slash. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** Source: XDG Base Directory Specification; on Windows, known folders. */
export function credentialsPath(): string {
  const { env } = process;
  const own = env.XDG_CONFIG_HOME ?? (process.platform === "win32" ? env.APPDATA : undefined);
  return join(
    own || join(env.HOME || homedir(), ".config"),
    "moonbit-registry",
    "credentials.json",
  );
}

/** @throws {Failure} "config" when the file is not what `login` writes; "io" */
export function readCredentials(path: string): Credentials {
  const text = readText(path);
  if (text === undefined) return { last: undefined, tokens: {} };
  const found = parse(text);
  if (found) return found;
  const hint = "delete it and log in again";
  throw new Failure("config", `${path} cannot be understood`, hint);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new Failure("io", `cannot read ${path}: ${code}`, undefined, { cause: error });
  }
}

function parse(text: string): Credentials | undefined {
  let found: Partial<Record<"version" | "last" | "tokens", unknown>> | null;
  try {
    found = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const { version, last, tokens } = found ?? {};
  if (version !== 1 || typeof tokens !== "object" || tokens === null) return undefined;
  const isText = (value: unknown): value is string => typeof value === "string";
  if (!Object.values(tokens).every(isText)) return undefined;
  return { last: isText(last) ? last : undefined, tokens: tokens as Record<string, string> };
}

/** Whole or not at all, and never readable by others, not even for a moment. @throws {Failure} "io" */
export function writeCredentials(path: string, credentials: Credentials): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeDurablySync(path, `${JSON.stringify({ version: 1, ...credentials }, null, 2)}\n`, 0o600);
  } catch (error) {
    const hint = "set MOONBIT_REGISTRY_TOKEN instead, or XDG_CONFIG_HOME to another place";
    throw new Failure("io", `cannot write ${path}: ${messageOf(error)}`, hint, { cause: error });
  }
}
