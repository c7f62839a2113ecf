import { describe, expect, test } from "bun:test";
import { LAUNCHERS } from "../../src/distribution/mod.ts";

describe("serve.bat", () => {
  const lines = LAUNCHERS["serve.bat"]!.split("\r\n");

  test("takes any path of a stick: those with spaces, brackets and & stand in quotes", () => {
    const bare = lines
      .filter((line) => !line.startsWith("rem "))
      .map((line) => line.replace(/"[^"]*"/g, '""'));
    // A bracket of `%~dp0` would end the block that it is told of in.
    expect(bare.filter((line) => /%(?:~|source|program|TEMP)/i.test(line))).toEqual([]);
    expect(lines.filter((line) => line.split('"').length % 2 === 0)).toEqual([]);
  });

  test("removes the copies that earlier ones left, and nothing else", () => {
    const [, copy] = /^set "program=(%TEMP%\\.*)"$/.exec(
      lines.find((line) => /^set "program/.test(line))!,
    )!;
    const removed = lines.filter((line) => line.startsWith("del /q"));
    expect(removed).toEqual([`del /q "${copy!.replace("%RANDOM%%RANDOM%", "*")}" >nul 2>&1`]);
    // Programs of a release, which may have been downloaded to there, are called otherwise.
    expect(copy).toStartWith("%TEMP%\\moonbit-registry-serve-");
  });
});
