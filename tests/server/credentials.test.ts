/** The `Authorization` header, whatever stands in it. */
import { expect, test } from "bun:test";
import { credentialsOf } from "../../src/server/credentials.ts";
import { forAll } from "../support/random.ts";

test.each([
  ["Bearer abc", "bearer", "abc"],
  ["bEaReR  a.b-c_d~e+f/g== ", "bearer", "a.b-c_d~e+f/g=="],
  [`Basic ${btoa("user:pass")}`, "basic", "pass"],
  [`Basic ${btoa(":pass")}`, "basic", "pass"],
  [`Basic ${btoa("user:a:b")}`, "basic", "a:b"],
  [`Basic ${btoa("user:")}`, "basic", ""],
  [`Basic ${btoa("user")}`, "basic", undefined],
  ["Basic", "unknown", undefined],
  ["Bearer a b", "unknown", undefined],
  ["Bearer a, Bearer b", "unknown", undefined],
  ["Negotiate abc", "unknown", undefined],
  ["", "unknown", undefined],
])("%j is %s with %j", (header, scheme, token) => {
  expect(credentialsOf(header)).toEqual({ scheme, token } as ReturnType<typeof credentialsOf>);
});

test("without the header there are none", () => {
  expect(credentialsOf(null)).toBeUndefined();
});

test("nothing that stands in it throws, and every password comes back", () => {
  forAll(500, (random) => {
    const bytes = random.bytes(random.int(60)).toString("latin1");
    const start = random.pick(["", "Basic ", "Bearer ", "basic\t"]);
    expect(credentialsOf(start + bytes)).toBeDefined();
    const password = random.bytes(random.int(40)).toString("base64url");
    expect(credentialsOf(`Basic ${btoa(`x:${password}`)}`)?.token).toBe(password);
  });
});
