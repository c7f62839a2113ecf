/**
 * The server that a command talks to, and how. Its token goes to that server alone: a redirect is an
 * answer, not followed.
 */
import { urlCheck } from "../../config/mod.ts";
import { trustHint } from "../../download/mod.ts";
import { Failure, type FailureCode, messageOf } from "../../errors.ts";
import { shellWord } from "../../shell-word.ts";
import { VERSION } from "../../version.ts";
import { withoutUnseen } from "../render/printable.ts";
import { credentialsPath, readCredentials } from "./credentials.ts";

export const TOKEN_VARIABLE = "MOONBIT_REGISTRY_TOKEN";
export const URL_VARIABLE = "MOONBIT_REGISTRY_URL";

/** For the options of a command that writes to a server. */
export const WRITE_OPTION = {
  registry: {
    type: "string",
    valueHint: "URL",
    description: `the server; default: $${URL_VARIABLE}, or the last login`,
  },
} as const;

export interface Remote {
  /** Without a trailing slash. */
  readonly url: string;
  readonly token: string | undefined;
}

/**
 * Which server, and with which token.
 *
 * @param registry what `--registry` says
 * @throws {Failure} "usage" when nothing names a server
 */
export function findRemote(registry: string | undefined): Remote {
  const url = findUrl(registry);
  const token = process.env[TOKEN_VARIABLE] || readCredentials(credentialsPath()).tokens[url];
  return { url, token };
}

/** A server's URL, from `--registry`, the environment, or the last login. @throws {Failure} "usage" */
export function findUrl(registry: string | undefined): string {
  if (registry !== undefined) return checkedUrl(registry, "--registry");
  const variable = process.env[URL_VARIABLE];
  if (variable) return checkedUrl(variable, `$${URL_VARIABLE}`);
  const { last } = readCredentials(credentialsPath());
  if (last !== undefined) return last;
  const hint = `add --registry URL, set ${URL_VARIABLE}, or \`moonbit-registry login\` first`;
  throw new Failure("usage", "which server? none was named", hint);
}

const isServer = urlCheck(`\`moonbit-registry login\` keeps a token, or set ${TOKEN_VARIABLE}`);

function checkedUrl(url: string, name: string): string {
  const problem = isServer(url);
  if (problem !== undefined) throw new Failure("usage", `${name} ${problem}`);
  return new URL(url).href.replace(/\/+$/, "");
}

export interface Call {
  readonly method?: "GET" | "POST" | "PUT";
  /** Below the server's URL, such as `/api/v0/whoami`. */
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array<ArrayBuffer> | Blob | string;
  /** For the whole call, in milliseconds. */
  readonly timeoutMs?: number;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** What the body says as JSON. */
  readonly json: unknown;
}

const TIMEOUT_MS = 60_000;
const MAX_REPLY = 8 * 1024 * 1024;

/**
 * Asks a server something, as whoever the token says.
 *
 * @throws {Failure} the server's own, when it answers with one; "upstream" or "timeout" when it cannot
 *   be reached or is no such server
 */
export async function callRemote(remote: Remote, call: Call): Promise<Reply> {
  const response = await send(remote, call);
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    const to = URL.parse(headers.get("location") ?? "", remote.url)?.origin ?? "elsewhere";
    const hint = "if that is the server you mean, name it with --registry";
    throw new Failure("upstream", `${remote.url} redirects to ${to}, which gets no token`, hint);
  }
  const json = parseJson(await readBody(remote, response));
  if (status >= 400) throw refusalOf(remote, status, json);
  if (json === undefined) throw noServer(remote, status);
  return { status, headers, json };
}

async function send({ url, token }: Remote, call: Call): Promise<Response> {
  const timeout = AbortSignal.timeout(call.timeoutMs ?? TIMEOUT_MS);
  try {
    return await fetch(url + call.path, {
      method: call.method ?? "GET",
      redirect: "manual",
      headers: {
        accept: "application/json",
        "user-agent": `moonbit-registry/${VERSION}`,
        ...call.headers,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(call.body !== undefined && { body: call.body }),
      signal: timeout,
    });
  } catch (error) {
    throw unreachable(url, error, timeout);
  }
}

/** Bounded: who answers may not be who was meant. */
async function readBody({ url }: Remote, response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > MAX_REPLY) throw new Failure("upstream", `${url} answers with too much`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw unreachable(url, error);
  }
  return Buffer.concat(chunks).toString();
}

function unreachable(url: string, error: unknown, timeout?: AbortSignal): Failure {
  if (timeout?.aborted) {
    return new Failure("timeout", `${url} does not answer in time`, undefined, { cause: error });
  }
  const hint = trustHint(error) ?? "check the network and the URL";
  return new Failure("upstream", `${url} cannot be reached: ${messageOf(error)}`, hint, {
    cause: error,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const CODES: ReadonlySet<string> = new Set<FailureCode>([
  "not-found",
  "exists",
  "busy",
  "upstream",
  "timeout",
  "unauthenticated",
  "forbidden",
  "throttled",
  "invalid",
  "too-large",
  "integrity",
  "io",
]);

/** How to get a token there, or which of two is the wrong one. */
export function loginHint({ url, token }: Remote): string {
  if (token !== undefined && token === process.env[TOKEN_VARIABLE]) {
    return `that is $${TOKEN_VARIABLE}, which goes before what \`login\` keeps: unset it, or set another`;
  }
  return `\`moonbit-registry login --registry ${shellWord(url)}\`, or set ${TOKEN_VARIABLE}`;
}

/** The server's own words, when they are in the form that servers have them in. */
function refusalOf(remote: Remote, status: number, json: unknown): Failure {
  const { error } = (json ?? {}) as { error?: RemoteError };
  if (typeof error?.message !== "string") return noServer(remote, status);
  const code = CODES.has(error.code ?? "") ? (error.code as FailureCode) : "upstream";
  const message = printableLines(error.message);
  if (code === "unauthenticated") {
    return new Failure(code, `${remote.url}: ${message}`, loginHint(remote));
  }
  const hint = typeof error.hint === "string" ? printableLines(error.hint) : undefined;
  const { code: _code, message: _message, hint: _hint, ...details } = error;
  return new Failure(code, message, hint, { details });
}

/** Whatever else it holds are details, for whoever asked. */
type RemoteError = { code?: string; message?: string; hint?: string } & Record<string, unknown>;

/** A server's text must not steer the user's terminal; it may have lines. */
function printableLines(text: string): string {
  const lines = text.slice(0, 4_000).split("\n");
  return lines.map((line) => withoutUnseen(line, " ")).join("\n");
}

function noServer({ url }: Remote, status: number): Failure {
  const hint = "check the URL: it must be a moonbit-registry server's";
  return new Failure("upstream", `${url} answers ${status}, not as a registry does`, hint);
}
