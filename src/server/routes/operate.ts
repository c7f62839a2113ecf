/** `/operate`: for operators who sign in with an admin token. */
import { Elysia } from "elysia";
import { Failure, type FailureCode } from "../../errors.ts";
import type { JobKind, ServedRegistry } from "../../registry/mod.ts";
import { readForm } from "../body.ts";
import type { Guard } from "../guard.ts";
import { createOperators, signedOut } from "../operators.ts";

/** What is told on the sign-in page; anything else is no matter of the token's. */
const SIGN_IN_STATUS: Partial<Record<FailureCode, number>> = {
  unauthenticated: 401,
  forbidden: 403,
  throttled: 429,
};

export function operateRoutes(
  served: ServedRegistry,
  guard: Guard,
  baseUrl: (request: Request) => string,
) {
  const load = () => import("../../web/mod.ts");
  const siteOf = (request: Request) => ({ name: served.name, url: baseUrl(request) });
  const home = (request: Request) => new URL(`${baseUrl(request)}/operate`);
  const { signIn, signedIn, signOut, action } = createOperators(guard, home);

  const back = async (request: Request, cookie?: string): Promise<Response> => {
    const { seeOther } = await load();
    return seeOther(home(request).pathname, cookie === undefined ? {} : { "set-cookie": cookie });
  };

  const start = async (request: Request, kind: JobKind): Promise<Response> => {
    const { session, who } = await action(request);
    const { idle, jobs } = served.operate;
    const from = guard.address(request);
    try {
      if (kind === "sync" && idle !== undefined) throw new Failure("forbidden", idle);
      jobs.start(kind, who);
      guard.audit({ who, what: kind, target: "registry", result: "started", from });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      session.notice = { ok: false, text: error.message };
    }
    return await back(request);
  };

  const yank = async (request: Request): Promise<Response> => {
    const { session, who, form } = await action(request);
    const target = (form.get("target") ?? "").trim();
    const what = form.get("do") === "unyank" ? "unyank" : "yank";
    const from = guard.address(request);
    try {
      const changed = await changeYank(served, what, target, (form.get("reason") ?? "").trim());
      guard.audit({ who, what, target, result: changed ? "done" : "unchanged", from });
      session.notice = {
        ok: true,
        text: `${target} ${what === "yank" ? "is yanked" : "stands again"}.`,
      };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      guard.audit({ who, what, target, result: `refused: ${error.code}`, from });
      session.notice = { ok: false, text: error.message };
    }
    return await back(request);
  };

  return new Elysia({ name: "operate", prefix: "/operate" })
    .get("/", async ({ request }) => {
      const { pageResponse, showOperate, signInPage } = await load();
      const site = siteOf(request);
      const operator = signedIn(request);
      if (!operator) return pageResponse(request, signInPage(site, undefined), { secret: true });
      const { session, who } = operator;
      const { proof, notice } = session;
      session.notice = undefined;
      const page = await showOperate(served, site, { who, proof, notice });
      return pageResponse(request, page, { secret: true });
    })
    .get("/sign-in", ({ request }) => back(request)) // whoever loads the page of a failed try again
    .post(
      "/sign-in",
      async ({ request }) => {
        const { pageResponse, signInPage } = await load();
        const form = await readForm(request);
        try {
          return await back(request, signIn(request, form));
        } catch (error) {
          const status = error instanceof Failure ? SIGN_IN_STATUS[error.code] : undefined;
          if (!(error instanceof Failure) || status === undefined) throw error;
          const page = signInPage(siteOf(request), error.message);
          return pageResponse(request, page, { status, secret: true });
        }
      },
      { parse: "none" },
    )
    .post("/sign-out", async ({ request }) => await back(request, await signOut(request)), {
      parse: "none",
    })
    .post("/sync", ({ request }) => start(request, "sync"), { parse: "none" })
    .post("/verify", ({ request }) => start(request, "verify"), { parse: "none" })
    .post("/yank", ({ request }) => yank(request), { parse: "none" })
    .get("/events", async ({ request }) => {
      if (!signedIn(request)) throw signedOut();
      // Elysia would read the whole stream to tell how long it is.
      if (request.method === "HEAD") return new Response(null);
      const { jobEvents } = await load();
      // Who asks again names the last that came, and goes on after it.
      const last = request.headers.get("last-event-id");
      const seen = Number(last ?? new URL(request.url).searchParams.get("seen"));
      return jobEvents(served.operate.jobs, Number.isSafeInteger(seen) && seen > 0 ? seen : 0);
    });
}

/** @returns whether it was otherwise before @throws {Failure} */
async function changeYank(
  { publications }: ServedRegistry,
  what: "yank" | "unyank",
  target: string,
  reason: string,
): Promise<boolean> {
  const match = /^([^@]+\/[^@]+)@([^@]+)$/.exec(target);
  if (!match) throw new Failure("invalid", "a version is named OWNER/NAME@VERSION");
  const [, module, version] = match as unknown as [string, string, string];
  const { changed } =
    what === "yank"
      ? await publications.yank(module, version, reason)
      : await publications.unyank(module, version);
  return changed;
}
