/** What stands in the bodies of requests: JSON, forms, fields. */
import { Failure } from "../errors.ts";
import { wholeBody } from "../request-body.ts";

/** Far more than a registration with everything in it, in bytes. */
const MAX_JSON = 256 * 1024;
/** Of a form with a token, or with the reason of a yank, in bytes. */
const MAX_FORM = 8 * 1024;

/** @throws {Failure} "invalid", naming the body; "too-large", "interrupted" */
export async function readJson(request: Request): Promise<unknown> {
  return parseJson(await readText(request, MAX_JSON));
}

/** Undefined for an empty body. @throws {Failure} as `readJson` */
export async function readJsonIfAny(request: Request, most: number): Promise<unknown> {
  const text = await readText(request, most);
  return text.trim() === "" ? undefined : parseJson(text);
}

/** @throws {Failure} "invalid", naming the body; "too-large", "interrupted" */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded")) {
    throw new Failure("invalid", "body: is no form");
  }
  return new URLSearchParams(await readText(request, MAX_FORM));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Failure("invalid", "body: is not JSON", undefined, { cause: error });
  }
}

async function readText(request: Request, most: number): Promise<string> {
  const bytes = await wholeBody(request, most);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Failure("invalid", "body: is not UTF-8", undefined, { cause: error });
  }
}

/** @throws {Failure} "invalid", naming the field */
export function textField(body: unknown, field: string): string {
  const value = (body as Record<string, unknown> | null)?.[field];
  if (typeof value === "string" && value !== "") return value;
  const what = value === undefined || value === null ? "is missing" : "must be a text";
  throw new Failure("invalid", `${field}: ${what}`);
}
