/** The one table from failures to HTTP statuses, and the one shape of an error's body. */
import { Failure, type FailureCode } from "../errors.ts";

const STATUS: Readonly<Record<FailureCode, number>> = {
  usage: 400,
  config: 500,
  "no-registry": 500,
  "not-found": 404,
  "method-not-allowed": 405,
  exists: 409,
  busy: 503,
  upstream: 502,
  timeout: 504,
  denied: 502,
  unauthenticated: 401,
  forbidden: 403,
  throttled: 429,
  invalid: 422,
  "too-large": 413,
  integrity: 502,
  io: 503,
  "missing-tool": 500,
  // As nginx has it for who leaves before the answer: no fault of the server's, and nobody reads it.
  interrupted: 499,
};

/** Git and browsers ask for credentials, or send those of the URL, only when they are asked for basic. */
const HEADERS: Partial<Record<FailureCode, readonly [string, string][]>> = {
  unauthenticated: [
    ["www-authenticate", 'Basic realm="moonbit-registry", charset="UTF-8"'],
    ["www-authenticate", 'Bearer realm="moonbit-registry"'],
  ],
  throttled: [["retry-after", "60"]],
  busy: [["retry-after", "5"]],
};

/** `{"error": {"code", "message", "hint"?, …}}`, as every route answers an error. */
export function errorResponse(
  status: number,
  code: string,
  message: string,
  hint?: string,
  details?: Readonly<Record<string, unknown>>,
): Response {
  const error = { code, message, ...(hint !== undefined && { hint }), ...details };
  return Response.json({ error }, { status, headers: { "cache-control": "no-store" } });
}

/** Whether it is for who runs the server to mend: a bug, or a setting. */
export function isOperators(error: unknown): boolean {
  return !(error instanceof Failure) || error.code === "config";
}

/** What of something thrown is for clients: settings and variables of the operator's are not theirs to know. */
export function forClient(error: unknown): unknown {
  if (!(error instanceof Failure) || !isOperators(error)) return error;
  return new Failure("upstream", "this registry is not set up to get that; its log says more");
}

/** What a client is told of something thrown: a failure's own words, and nothing of a bug's. */
export function responseFor(thrown: unknown): Response {
  const error = forClient(thrown);
  if (error instanceof Failure) {
    const { code, message, hint, details } = error;
    const response = errorResponse(STATUS[code], code, message, hint, details);
    for (const [name, value] of HEADERS[code] ?? []) response.headers.append(name, value);
    return response;
  }
  return errorResponse(500, "internal", "the server made a mistake; its log says more");
}
