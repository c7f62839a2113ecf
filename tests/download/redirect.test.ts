import { expect, test } from "bun:test";
import { DownloadError } from "../../src/download/mod.ts";
import { redirected } from "../../src/download/redirect.ts";

test.each([
  ["https://a.example/x/y", "z", "https://a.example/x/z"],
  ["https://a.example/x/y", "/z", "https://a.example/z"],
  ["https://a.example/x/y", "https://b.example/", "https://b.example/"],
  ["http://a.example/", "https://a.example/", "https://a.example/"],
])("from %s, %s leads to %s", (from, location, to) => {
  expect(redirected(from, location, 0, 302)).toBe(to);
});

test.each([
  ["https://a.example/?token=1", "http://a.example/", "redirects to the insecure http://a.example"],
  ["HTTPS://a.example/", "http://b.example/", "redirects to the insecure http://b.example"],
  ["http://a.example/", "file:///etc/passwd", "redirects to file:"],
  ["http://a.example/", "http://[", "redirects to what is no URL"],
])("from %s, %s is refused for good", (from, location, problem) => {
  const follow = () => redirected(from, location, 0, 302);
  expect(follow).toThrow(DownloadError);
  expect(follow).toThrow(new RegExp(`/ ${problem.replace("[", "\\[")}$`));
});

test("five redirects are enough", () => {
  expect(redirected("http://a.example/", "/next", 4, 302)).toBe("http://a.example/next");
  expect(() => redirected("http://a.example/", "/next", 5, 302)).toThrow("redirects too often");
});
