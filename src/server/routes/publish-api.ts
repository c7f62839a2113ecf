/**
 * Publishing over HTTP. The body is the archive itself.
 *
 *     PUT  /api/v0/modules/OWNER/NAME/VERSION[?dry_run=true]    201 created, 200 unchanged
 *     POST /api/v0/publish[?dry_run=true]                        the same, named by its manifest
 *     POST /api/v0/modules/OWNER/NAME/VERSION/yank               {"reason": "…"}
 *     POST /api/v0/modules/OWNER/NAME/VERSION/unyank
 *     GET  /api/v0/openapi.json                                  these and the reads, for programs
 */

import { Elysia } from "elysia";
import { Failure } from "../../errors.ts";
import { ZIP_LIMITS } from "../../packaging/mod.ts";
import { percentDecoded } from "../../percent.ts";
import { isRecord } from "../../record.ts";
import type { Publication, Publications, PublishOptions, Yanked } from "../../registry/mod.ts";
import { incomingBody } from "../../request-body.ts";
import { readJsonIfAny } from "../body.ts";
import type { Guard } from "../guard.ts";
import { readFlag } from "../query.ts";

const MAX_REASON = 16 * 1024;
const PARSE = { parse: "none" } as const;

export function publishRoutes(
  publications: Publications,
  guard: Guard,
  urlFor: (request: Request) => string,
) {
  /** The guard records its own refusals. */
  const recordedBefore = new WeakSet<Failure>();
  const allow = (request: Request, name: string): void => {
    try {
      guard.require(request, "publish", name);
    } catch (error) {
      if (error instanceof Failure) recordedBefore.add(error);
      throw error;
    }
  };

  /** Runs what a caller asked for, and records how it ended. */
  async function recorded<T>(
    request: Request,
    what: string,
    target: string,
    work: () => Promise<{ answer: T; target: string; result: string }>,
  ): Promise<T> {
    const who = guard.caller(request)?.name ?? "unknown";
    const from = guard.address(request);
    try {
      const { answer, ...event } = await work();
      // A dry run did nothing.
      if (event.result !== "checked") guard.audit({ who, what, from, ...event });
      return answer;
    } catch (error) {
      if (!(error instanceof Failure)) {
        guard.audit({ who, what, target, result: "failed", from });
      } else if (!recordedBefore.has(error)) {
        guard.audit({ who, what, target, result: `refused: ${error.code}`, from });
      }
      throw error;
    }
  }

  const publish = (request: Request, target: string, options: PublishOptions) =>
    recorded(request, "publish", target, async () => {
      const dryRun = readFlag(new URL(request.url).searchParams, "dry_run");
      const body = incomingBody(request, ZIP_LIMITS.archive);
      const publication = await publications.publish(body, { ...options, dryRun });
      const { module, version, outcome } = publication;
      return {
        answer: publicationResponse(publication),
        target: `${module}@${version}`,
        result: outcome,
      };
    });

  const changeYank = (request: Request, { module, version, action }: Target) =>
    recorded(request, action ?? "", `${module}@${version}`, async () => {
      const yanked =
        action === "yank"
          ? await publications.yank(module, version, await reasonOf(request))
          : await publications.unyank(module, version);
      const result = yanked.changed ? "done" : "unchanged";
      return { answer: yankResponse(yanked), target: `${module}@${version}`, result };
    });

  return new Elysia({ name: "publish-api" })
    .get("/api/v0/openapi.json", async ({ request }) => {
      const { openApi } = await import("../openapi.ts");
      return Response.json(openApi(urlFor(request)));
    })
    .put(
      "/api/v0/modules/*",
      ({ request }) => {
        const { module, version } = targetOf(request, false);
        // Before a byte of the body is read: a stranger sends 64 MiB to nobody.
        const authorize = (name: string) => allow(request, name);
        authorize(module);
        const expected = { module, version };
        return publish(request, `${module}@${version}`, { authorize, expected });
      },
      PARSE,
    )
    .post(
      "/api/v0/publish",
      ({ request }) => {
        requireSomePublisher(guard, request);
        const authorize = (name: string) => allow(request, name);
        return publish(request, "an archive", { authorize });
      },
      PARSE,
    )
    .post(
      "/api/v0/modules/*",
      ({ request }) => {
        const target = targetOf(request, true);
        guard.require(request, "publish", target.module);
        return changeYank(request, target);
      },
      PARSE,
    );
}

/** Who may publish nothing at all sends no archive; which module it is, only the archive says. */
function requireSomePublisher(guard: Guard, request: Request): void {
  const caller = guard.caller(request);
  const some = caller?.scopes.find((scope) => scope !== "read");
  if (some?.startsWith("publish:") && some !== "publish:*") return;
  guard.require(request, "publish");
}

interface Target {
  readonly module: string;
  readonly version: string;
  readonly action: "yank" | "unyank" | undefined;
}

/** Taken from the path as it was sent, as a name may hold what is encoded in it. */
function targetOf(request: Request, hasAction: boolean): Target {
  const path = new URL(request.url).pathname.replace(/^\/api\/v0\/modules\//, "");
  const parts = percentDecoded(path)?.split("/") ?? [];
  const action = hasAction ? parts.pop() : undefined;
  const version = parts.pop();
  const module = parts.join("/");
  if (!version || parts.length < 2 || (hasAction && action !== "yank" && action !== "unyank")) {
    const hint = "PUT /api/v0/modules/OWNER/NAME/VERSION; GET /api/v0/openapi.json tells more";
    throw new Failure("not-found", "nothing can be written there", hint);
  }
  return { module, version, action: action as Target["action"] };
}

/** An empty body is no reason. @throws {Failure} as `readJsonIfAny` */
async function reasonOf(request: Request): Promise<string> {
  const body = await readJsonIfAny(request, MAX_REASON);
  if (body === undefined) return "";
  if (isRecord(body)) {
    const { reason = "" } = body;
    if (typeof reason === "string") return reason;
  }
  throw new Failure("invalid", "the body is no reason", 'send {"reason": "why"}');
}

const NO_STORE = { "cache-control": "no-store" };

function publicationResponse({ files, warnings, ...rest }: Publication): Response {
  const isNew = rest.outcome === "published";
  return Response.json(
    { ...rest, files: files.length, warnings },
    { status: isNew ? 201 : 200, headers: NO_STORE },
  );
}

function yankResponse({ module, version, yanked, reason }: Yanked): Response {
  const body = { module, version, yanked, yanked_reason: reason };
  return Response.json(body, { headers: NO_STORE });
}
