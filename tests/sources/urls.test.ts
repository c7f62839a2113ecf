import { expect, test } from "bun:test";
import type { SourceConfig } from "../../src/config/mod.ts";
import { archiveRequest } from "../../src/sources/mod.ts";
import { forAll } from "../support/random.ts";

const SOURCE: SourceConfig = {
  name: "up",
  type: "custom",
  url: "https://up.example",
  indexUrl: "https://up.example/git/index",
  indexType: "git",
  downloadUrl: "https://up.example",
  enabled: true,
  priority: 50,
};

test("an archive is asked for by one form-urlencoded key, whatever its name", () => {
  const urlOf = (module: string, version: string) => archiveRequest(SOURCE, module, version).url;
  expect(urlOf("moonbitlang/x", "0.1.2+3")).toBe(
    "https://up.example/user/moonbitlang%2Fx%2F0.1.2%2B3.zip",
  );
  const characters = [..."abcXYZ019/._-+~!*'()@ %&=?#\"\\", "é", "🐫", "上"];
  forAll(300, (random) => {
    const name = Array.from({ length: random.int(12) }, () => random.pick(characters)).join("");
    const key = new URLSearchParams([[`${name}/1.0.0`, ""]]).toString().slice(0, -1);
    expect(urlOf(name, "1.0.0")).toBe(`https://up.example/user/${key}.zip`);
  });
});
