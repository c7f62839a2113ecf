/**
 * `${VAR}` in a setting stands for an environment variable, so that secrets need not be in the file.
 * Loaded settings keep the reference as written; whoever uses one expands it at that moment, and the
 * result is never written back.
 */
import { Failure } from "../errors.ts";

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** @throws {Failure} "config", naming the variable that is not set */
export function expand(
  value: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return value.replace(REFERENCE, (reference, name: string) => {
    const found = env[name];
    if (found !== undefined) return found;
    const hint = `set it before running this: ${name}=... moonbit-registry ...`;
    throw new Failure("config", `${reference} in registry.toml: ${name} is not set`, hint);
  });
}

/** The variables that a value names and that are not set. */
export function unsetVariables(
  value: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string[] {
  const names = [...value.matchAll(REFERENCE)].map(([, name]) => name!);
  return [...new Set(names)].filter((name) => env[name] === undefined);
}

/** How a secret is shown: as written when it is nothing but a reference, hidden otherwise. */
export function redact(secret: string): string {
  return secret.replace(REFERENCE, "") === "" ? secret : "***";
}
