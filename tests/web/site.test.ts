import { describe, expect, test } from "bun:test";
import { at, modulePage, parseModuleAddress, type Site, versionPage } from "../../src/web/site.ts";

const site: Site = { name: "team", url: "http://127.0.0.1:8080" };
const behind: Site = { name: "team", url: "https://proxy.example/registry" };

describe("addresses", () => {
  test("stand behind the prefix of a proxy", () => {
    expect(at(site, "/search")).toBe("/search");
    expect(at(behind, "/search")).toBe("/registry/search");
    expect(modulePage(behind, "a/b")).toBe("/registry/m/a/b");
  });

  test.each([
    ["moonbitlang/x", undefined, "", ""],
    ["moonbitlang/x", "0.1.2+3", "", ""],
    ["moonbitlang/lex/runtime", "1.0.0-beta.1", "files", "src/a b/ü#?.mbt"],
    ["CAIMEOX/原来可以发中文包", "0.1.0", "versions", ""],
  ])("%s %s %s %s is read as it was written", (module, version, page, path) => {
    const url =
      version !== undefined && page !== ""
        ? versionPage(site, module, version, page as "files", path)
        : modulePage(site, module, version);
    const { pathname } = new URL(url, site.url);
    const rest = pathname.slice("/m/".length);
    expect(parseModuleAddress(rest)).toEqual({ module, version, page, path });
  });

  test.each(["", "x", "x@1", "%ff/x", "/x", "a/b@", "a/b/-/"])("%p names no module", (rest) => {
    const found = parseModuleAddress(rest);
    expect(found === undefined || found.page === "").toBe(true);
    if (rest !== "a/b/-/") expect(found).toBeUndefined();
  });
});
