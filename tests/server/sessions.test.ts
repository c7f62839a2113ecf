import { describe, expect, test } from "bun:test";
import { createSessions, hasProof, sessionCookie } from "../../src/server/sessions.ts";

const HOUR = 3_600_000;
const home = new URL("https://registry.example/modules/operate");

const withCookie = (cookie: string) =>
  new Request(home.href, { headers: { cookie: cookie.split(";")[0]! } });

describe("a session", () => {
  test("is found by its cookie until its time is over", () => {
    let now = 0;
    const sessions = createSessions(() => now);
    const session = sessions.open("secret");
    const request = withCookie(sessionCookie(session, home));
    expect(sessions.find(request)).toBe(session);
    now = 12 * HOUR - 1;
    expect(sessions.find(request)).toBe(session);
    now = 12 * HOUR;
    expect(sessions.find(request)).toBeUndefined();
    now = 0;
    expect(sessions.find(request)).toBeUndefined();
  });

  test("ends when it is ended", () => {
    const sessions = createSessions();
    const session = sessions.open("secret");
    sessions.end(session);
    expect(sessions.find(withCookie(sessionCookie(session, home)))).toBeUndefined();
  });

  test("has a cookie for its own pages, sent over TLS alone where there is TLS", () => {
    const cookie = sessionCookie(createSessions().open("secret"), home);
    expect(cookie).toContain("Path=/modules/operate; HttpOnly; SameSite=Strict; Max-Age=43200;");
    expect(cookie).toEndWith("Secure");
    expect(cookie).not.toContain("secret");
    expect(sessionCookie(undefined, new URL("http://127.0.0.1/operate"))).toEndWith("Max-Age=0");
  });

  test("old ones give way when there are too many", () => {
    const sessions = createSessions();
    const first = sessions.open("first");
    for (let i = 1; i < 1_000; i++) sessions.open("another");
    expect(sessions.find(withCookie(sessionCookie(first, home)))).toBe(first);
    sessions.open("one too many");
    expect(sessions.find(withCookie(sessionCookie(first, home)))).toBeUndefined();
  });

  test("knows its own forms by their proof, whole", () => {
    const session = createSessions().open("secret");
    const form = (proof: string) => hasProof(session, new URLSearchParams({ proof }));
    expect(form(session.proof)).toBe(true);
    expect(form(session.proof.slice(1))).toBe(false);
    expect(form("")).toBe(false);
    expect(hasProof(session, new URLSearchParams())).toBe(false);
  });
});
