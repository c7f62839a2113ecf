/**
 * Failures that a person or a client is told about.
 *
 * An operation throws `Failure` when it knows what went wrong and what to do next. The command line
 * prints `message` and `hint` (see `cli/exit.ts`), the server maps `code` to a status (see
 * `server/errors.ts`). Anything else that is thrown is a bug, and is shown as one.
 */

/** Stable, machine-readable causes. One table maps them to exit codes, one to HTTP statuses. */
export type FailureCode =
  | "usage" // the command's words are wrong
  | "config" // registry.toml is malformed or contradicts itself
  | "no-registry" // no registry.toml here or above
  | "not-found" // a module, version, source or archive that nobody has
  | "method-not-allowed" // something is there, and takes no such request
  | "exists" // something of that name is there already
  | "busy" // another process is writing
  | "upstream" // a source cannot be reached or answers nonsense
  | "timeout" // a source does not answer in time
  | "denied" // a source refused our credentials
  | "unauthenticated" // no token, or one that is not known here
  | "forbidden" // a token that may not do this
  | "throttled" // too many tries
  | "invalid" // a publication or a body that breaks the rules
  | "too-large" // a body beyond what is taken
  | "integrity" // bytes do not hash to what the index says
  | "io" // disk full, no permission, port in use
  | "missing-tool" // a program that the user asked us to run is not installed
  | "interrupted"; // Ctrl-C

export interface FailureOptions extends ErrorOptions {
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A failure with a message for its user, in one line, and what to do next, in another. */
export class Failure extends Error {
  override readonly name: string = "Failure";
  readonly code: FailureCode;
  readonly hint: string | undefined;
  /** What a program may want of it besides, as JSON. */
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: FailureCode, message: string, hint?: string, options: FailureOptions = {}) {
    super(message, options);
    this.code = code;
    this.hint = hint;
    this.details = options.details;
  }
}

/** Whether something failed for this cause. */
export function hasCode<C extends FailureCode>(
  error: unknown,
  code: C,
): error is Failure & { readonly code: C } {
  return error instanceof Failure && error.code === code;
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system's code of a failed file or network call (`ENOENT`, `ECONNREFUSED`), if it has one. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}
