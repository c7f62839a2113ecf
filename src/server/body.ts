/** Bodies of requests, read up to a bound. */
import { Failure } from "../errors.ts";

/** Far more than a registration with everything in it, in bytes. */
const MAX_BODY = 256 * 1024;
/** Of a form with a token, or with the reason of a yank. */
const MAX_FORM = 8 * 1024;

/** @throws {Failure} "invalid", naming the body */
export async function readJson(request: Request): Promise<unknown> {
  const text = await readText(request, MAX_BODY);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Failure("invalid", "body: is not JSON", undefined, { cause: error });
  }
}

/** @throws {Failure} "invalid", naming the body */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded")) {
    throw new Failure("invalid", "body: is no form");
  }
  return new URLSearchParams(await readText(request, MAX_FORM));
}

async function readText(request: Request, most: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > most) {
      throw new Failure("invalid", `body: is larger than ${most / 1024} KiB`);
    }
    parts.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts));
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
