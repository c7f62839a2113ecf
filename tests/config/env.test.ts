import { describe, expect, test } from "bun:test";
import { expand, redact, unsetVariables } from "../../src/config/env.ts";

describe("expand", () => {
  test("puts variables in", () => {
    expect(expand(`\${A}-\${B_2}-\${A}`, { A: "x", B_2: "" })).toBe("x--x");
  });

  test("leaves other text as it is, and does not expand what it put in", () => {
    expect(expand(`$A \${} \${1} $\${A}`, { A: `\${A}$&` })).toBe(`$A \${} \${1} $\${A}$&`);
  });

  test("names the variable that is missing", () => {
    expect(() => expand(`\${NOT_THERE}`, {})).toThrow(
      expect.objectContaining({
        code: "config",
        message: expect.stringContaining("NOT_THERE is not set"),
      }),
    );
  });
});

test("unsetVariables names each once", () => {
  expect(unsetVariables(`\${A}-\${B}-\${C}-\${B}`, { A: "x", C: "" })).toEqual(["B"]);
});

describe("redact", () => {
  test("shows references and nothing else", () => {
    expect(redact(`\${TOKEN}`)).toBe(`\${TOKEN}`);
    expect(redact("abc")).toBe("***");
    expect(redact(`abc\${TOKEN}`)).toBe("***");
  });
});
