import { describe, expect, test } from "bun:test";
import { installerScript } from "../../src/distribution/mod.ts";

describe("an installer that a server hands out", () => {
  test("takes the program from that server", () => {
    const base = "http://192.168.1.5:8080";
    expect(installerScript("sh", base)).toContain(`\nSERVED_BY="${base}"\n`);
    expect(installerScript("ps1", base)).toContain(`\n  $ServedBy = "${base}"\n`);
    expect(installerScript("sh", "https://host.example/reg/v1")).toContain("/reg/v1");
    expect(installerScript("sh", "http://[fd00::7]:80")).toContain("fd00");
  });

  test("never holds what a header could slip into it", () => {
    for (const host of ['a";id;"', "a$(id)", "a`id`", "a b", "a\nb", "a'b", "a;b", "a|b", "a\\b"]) {
      for (const kind of ["sh", "ps1"] as const) {
        expect(() => installerScript(kind, `http://${host}`)).toThrow(
          expect.objectContaining({ code: "invalid" }),
        );
      }
    }
  });

  test("for PowerShell is one block, so that one that was cut short does nothing", () => {
    const code = installerScript("ps1", "http://h")
      .split("\n")
      .filter((line) => !/^\s*#/.test(line));
    expect(code[0]).toBe("& {");
    expect(code.at(-2)).toBe("} @args");
    // Nothing else stands at the margin, and braces are balanced.
    expect(code.slice(1, -2).filter((line) => /^\S/.test(line))).toEqual([]);
    const text = code.join("\n");
    expect(text.split("{").length).toBe(text.split("}").length);
  });
});
