/** JSON that a client keeps and asks about again. */
import { expect, test } from "bun:test";
import { conditionalJson, reusableJson } from "../../src/server/conditional.ts";
import { createResponseCache } from "../../src/server/response-cache.ts";
import { VERSION } from "../../src/version.ts";

/** A route that says how often it was asked, and how often it made its answer. */
function createRoute() {
  const served = { state: "one", asked: 0, made: 0 };
  const cache = createResponseCache({ generation: () => 1, isOpen: () => true });
  const get = async (headers: Record<string, string> = {}) => {
    const request = new Request("http://host/list", { headers });
    const make = () => ({ made: ++served.made });
    const { response } = await cache.respond(request, () => {
      served.asked++;
      return conditionalJson(request, () => served.state, make, { "x-count": "7" });
    });
    return response;
  };
  return { served, get };
}

test("an answer says what it is made from, and which program made it", async () => {
  const response = await createRoute().get();
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toEqual({
    etag: `"one.${VERSION}"`,
    "cache-control": "no-cache",
    "content-type": "application/json;charset=utf-8",
    "content-length": "10",
    "x-count": "7",
  });
  expect(await response.text()).toBe('{"made":1}');
});

test("who has it is told so, and it is not made", async () => {
  const { served, get } = createRoute();
  const etag = `"one.${VERSION}"`;
  const response = await get({ "if-none-match": etag });
  expect([response.status, await response.text()]).toEqual([304, ""]);
  expect(Object.fromEntries(response.headers)).toEqual({
    etag,
    "cache-control": "no-cache",
    "x-count": "7",
  });
  expect(served.made).toBe(0);
  served.state = "two";
  const other = await get({ "if-none-match": etag });
  expect([other.status, await other.json()]).toEqual([200, { made: 1 }]);
});

test("it is sent again as it is, for as long as it is made from the same", async () => {
  const { served, get } = createRoute();
  expect(await (await get()).json()).toEqual({ made: 1 });
  expect(await (await get()).json()).toEqual({ made: 1 });
  expect(served.asked).toBe(1);
  served.state = "two";
  const next = await get();
  expect([next.headers.get("etag"), await next.json()]).toEqual([`"two.${VERSION}"`, { made: 2 }]);
  expect(await (await get()).json()).toEqual({ made: 2 });
  expect(served.asked).toBe(2);
});

test("what holds for as long as the index does is sent again without a look", async () => {
  const cache = createResponseCache({ generation: () => 1, isOpen: () => true });
  let asked = 0;
  const get = async () => {
    const { response } = await cache.respond(new Request("http://host/"), () =>
      reusableJson({ asked: ++asked }, {}),
    );
    return await response.json();
  };
  expect([await get(), await get()]).toEqual([{ asked: 1 }, { asked: 1 }]);
});
