/**
 * Points `moon` here: writes its `$MOON_HOME/config.json`, and takes that back.
 *
 *     {"registry", "index", "symbols"}    every client understands it; all comes from here
 *     {"download", "index", "api"}        clients since September 2026; each may be elsewhere
 *
 * What was there before lies beside it, in `config.json.before-moonbit-registry`; empty when there
 * was nothing. Source: crates/moonutil/src/mooncakes.rs (RegistryConfig) in moonbitlang/moon.
 */

import { existsSync, realpathSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Failure, systemCode } from "../errors.ts";
import { readIfThere, writeDurably } from "../files/mod.ts";
import { isRecord } from "../record.ts";

export type ClientForm = "one" | "split";

/** The keys of each form; those of the other are taken out. */
const KEYS = ["registry", "index", "symbols", "download", "api"] as const;

const PUBLIC_API = "https://mooncakes.io";

export type ClientSettings = Readonly<Partial<Record<(typeof KEYS)[number], string>>>;

/**
 * @param url of the registry, without a trailing slash
 * @param api in the split form: who answers searches and takes publications; default: the registry
 */
function clientSettings(url: string, form: ClientForm, api = url): ClientSettings {
  const index = `${url}/git/index`;
  return form === "one"
    ? { registry: url, index, symbols: `${url}/symbols.zip` }
    : { download: url, index, api };
}

export interface ClientSetup {
  /** The `config.json`. */
  readonly file: string;
  /** What was there before. */
  readonly backup: string;
  readonly settings: ClientSettings;
}

export interface ClientSetupOptions {
  readonly moonHome: string;
  readonly url: string;
  readonly form: ClientForm;
  /** Whoever answers searches and takes publications now goes on to. */
  readonly keepApi: boolean;
}

interface ClientPlan extends ClientSetup {
  /** Of the `config.json`, as it is to be. */
  readonly text: string;
  /** Of the backup; undefined when the one that is there stays. */
  readonly backedUp: string | undefined;
}

/** What `setUpClient` writes: other settings and comments in the file stay. @throws {Failure} "config", "io" */
export async function planClient(options: ClientSetupOptions): Promise<ClientPlan> {
  const { file, backup } = paths(options.moonHome);
  const before = readText(file);
  const { applyEdits, modify } = await import("jsonc-parser");
  const current = await parseObject(file, before);
  const kept = isSetUp(current) ? readText(backup) : undefined;
  // Not of what an earlier run wrote.
  const own = await parseObject(backup, kept ?? before);
  const api = options.keepApi ? textOf(own.api ?? own.registry) : options.url;
  const settings = clientSettings(options.url, options.form, api);
  let text = before || "{}\n";
  for (const key of KEYS) {
    const formattingOptions = { insertSpaces: true, tabSize: 2 };
    text = applyEdits(text, modify(text, [key], settings[key], { formattingOptions }));
  }
  // What its user wrote last is what `undo` goes back to, however often this is run.
  return {
    file,
    backup,
    settings,
    text,
    backedUp: kept === undefined ? (before ?? "") : undefined,
  };
}

/** Points `moon` at a registry. @throws {Failure} "config", "io" */
export async function setUpClient(options: ClientSetupOptions): Promise<ClientSetup> {
  const { file, backup, settings, text, backedUp } = await planClient(options);
  await inMoonHome(options.moonHome, async () => {
    if (backedUp !== undefined) await writeDurably(backup, backedUp, modeOf(file));
    await writeDurably(target(file), text, modeOf(file));
  });
  return { file, backup, settings };
}

/** Whether a file still holds what an earlier run wrote: otherwise somebody has written it anew. */
function isSetUp(current: Readonly<Record<string, unknown>>): boolean {
  const url = current.registry ?? current.download;
  // Nobody sets up a client for the public registry; by hand it is gone back to.
  if (typeof url !== "string" || url === PUBLIC_API) return false;
  const form = "registry" in current ? "one" : "split";
  const settings = clientSettings(url, form, textOf(current.api));
  return KEYS.every((key) => current[key] === settings[key]);
}

/** Comments and trailing commas are fine, as they are for the client. */
async function parseObject(
  file: string,
  text: string | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const { parse, printParseErrorCode } = await import("jsonc-parser");
  const errors: import("jsonc-parser").ParseError[] = [];
  const value: unknown = parse(text || "{}", errors, { allowTrailingComma: true });
  const [error] = errors;
  if (!error && isRecord(value)) return value;
  const what = error ? printParseErrorCode(error.error) : "something else";
  throw new Failure("config", `${file} is no JSON object: ${what}`, "mend it or move it away");
}

/** Puts back what was there before. @throws {Failure} "not-found" when nothing was set up, "io" */
export async function undoClient(moonHome: string): Promise<{ file: string; removed: boolean }> {
  const { file, backup } = paths(moonHome);
  const before = readText(backup);
  if (before === undefined) {
    const hint = "nothing was changed; edit config.json by hand";
    throw new Failure("not-found", `there is no ${backup} to go back to`, hint);
  }
  const removed = before === "";
  await inMoonHome(moonHome, async () => {
    if (removed) rmSync(file, { force: true });
    else await writeDurably(target(file), before, modeOf(backup));
    // Last: a run that is cut short can be run again.
    rmSync(backup);
  });
  return { file, removed };
}

/** Whether there is a `config.json`: before which the environment's variable means nothing. */
export function hasClientConfig(moonHome: string): boolean {
  return existsSync(paths(moonHome).file);
}

function paths(moonHome: string): { file: string; backup: string } {
  const file = join(moonHome, "config.json");
  return { file, backup: `${file}.before-moonbit-registry` };
}

/** A link keeps being one. */
const target = (file: string): string => (existsSync(file) ? realpathSync(file) : file);

const modeOf = (file: string): number | undefined =>
  statSync(file, { throwIfNoEntry: false })?.mode;

const textOf = (value: unknown): string =>
  typeof value === "string" && value !== "" ? value : PUBLIC_API;

function readText(file: string): string | undefined {
  try {
    return readIfThere(file);
  } catch (error) {
    throw unusable("read", file, error);
  }
}

async function inMoonHome(moonHome: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw unusable("write to", moonHome, error);
  }
}

function unusable(what: string, path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const hint = "check its permissions, or name another with --moon-home";
  return new Failure("io", `cannot ${what} ${path}: ${code}`, hint, { cause: error });
}
