/**
 * What a value of `registry.toml` must be beyond its type. Each check returns what is wrong with the
 * value, as the end of a sentence that began with the key, or undefined.
 */

export type Check<T> = (value: T) => string | undefined;

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `30m`, `1h` or `1d` in milliseconds; undefined for anything else. */
export function parseInterval(text: string): number | undefined {
  const match = /^([1-9][0-9]{0,5})([smhd])$/.exec(text);
  return match ? Number(match[1]) * UNITS[match[2] as keyof typeof UNITS] : undefined;
}

export const isInterval: Check<string> = (value) =>
  parseInterval(value) === undefined
    ? `must be a time such as "90s", "30m", "1h" or "1d", not ${JSON.stringify(value)}`
    : undefined;

/** @param credentials where they go instead, as a clause; undefined where there are none */
export function urlCheck(credentials?: string): Check<string> {
  return (value) => {
    const elsewhere = credentials === undefined ? "" : `; ${credentials}`;
    const shown = masked(JSON.stringify(value));
    if (/\$\{/.test(value)) return `takes no variables${elsewhere}`;
    const url = URL.parse(value);
    if (!url || !["http:", "https:"].includes(url.protocol)) {
      return `must be an http or https URL, not ${shown}`;
    }
    // Not shown: it is a secret.
    if (url.username !== "" || url.password !== "") return `must hold no credentials${elsewhere}`;
    if (/[?#]/.test(value)) return `must have no ? and no #: ${shown}`;
    return undefined;
  };
}

export const isUrl = urlCheck();
export const isSourceUrl = urlCheck("they go into [sources.auth]");
/** Of `git.remote_url`. */
export const isRemoteUrl = urlCheck("they go into [git.auth]");

export function orEmpty(check: Check<string>): Check<string> {
  return (value) => (value === "" ? undefined : check(value));
}

/** `https://me:secret@host/` is shown as `https://***@host/`. */
function masked(text: string): string {
  return text.replace(/:\/\/[^/?#]*@/g, "://***@");
}

export function isBetween(low: number, high: number): Check<number> {
  return (value) =>
    value >= low && value <= high ? undefined : `must be from ${low} to ${high}, not ${value}`;
}

export function isOneOf(...names: readonly string[]): Check<string> {
  return (value) =>
    names.includes(value)
      ? undefined
      : `must be ${list(names.map((name) => `"${name}"`))}, not ${JSON.stringify(value)}`;
}

/** Text for people or systems: something, on one line. */
export const isText: Check<string> = (value) => {
  if (value.trim() === "") return "must not be empty";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\u0000-\u001f\u007f]/.test(value) ? "must be on one line" : undefined;
};

/** A host, a branch: text without spaces. */
export const isWord: Check<string> = (value) =>
  isText(value) ?? (/\s/.test(value) ? "must have no spaces" : undefined);

export const areTexts: Check<readonly string[]> = (values) =>
  values.some((value) => isText(value) !== undefined) ? "must hold no empty text" : undefined;

/** A branch's short name. Source: git-check-ref-format(1). */
export const isBranch: Check<string> = (value) => {
  const parts = value.split("/");
  const isFine = parts.every(
    (part) => /^[A-Za-z0-9_+-][A-Za-z0-9._+-]*$/.test(part) && !/\.\.|\.$|\.lock$/.test(part),
  );
  if (isFine && !value.startsWith("-")) return undefined;
  return `must be a branch's name such as "main", not ${JSON.stringify(value)}`;
};

/** Files of these names cannot be made on Windows, whatever their ending. */
const DEVICES = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/;

/** What the modules that were published here go by wherever a source is named. */
const OWN = "published";

/** As `isRefName`, and no name that is taken already. */
export const isSourceName: Check<string> = (name) =>
  name === OWN
    ? `must not be "${OWN}": so is called what this registry publishes itself`
    : isRefName(name);

/**
 * Source names become names of Git refs, that is of files: lower case only, so that they stay apart
 * on disks that ignore case. Source: git-check-ref-format(1).
 */
export const isRefName: Check<string> = (name) => {
  if (name.length > 64) return "must have at most 64 characters";
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name)) {
    return `must be of a-z, 0-9, ".", "_" and "-" and begin with a letter or digit, not ${JSON.stringify(name)}`;
  }
  if (name.includes("..") || name.endsWith(".") || name.endsWith(".lock")) {
    return `must hold no ".." and not end with "." or ".lock", not ${JSON.stringify(name)}`;
  }
  if (DEVICES.test(name)) return `must not be a device's name on Windows, such as ${name}`;
  return undefined;
};

function list(words: readonly string[]): string {
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`;
}
