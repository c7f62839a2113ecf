/** What the executable is made from, before it becomes one. */
import { expect, test } from "bun:test";
import { join } from "node:path";

const ENTRY = join(import.meta.dir, "..", "..", "src", "main.ts");

/**
 * Bun's minifier gives the helper that wraps CommonJS, and the parameter that it is called with after a
 * dynamic import, the same name at times: `import("…").then((m)=>m(m.default,1))`.
 */
test("no dynamic import calls what it imported: packages of CommonJS are imported statically", async () => {
  const { outputs, success } = await Bun.build({
    entrypoints: [ENTRY],
    format: "esm",
    minify: true,
    splitting: true,
    target: "bun",
  });
  expect(success).toBe(true);
  for (const output of outputs.filter(({ kind }) => kind !== "asset")) {
    const text = await output.text();
    // However the helper is called, it may be called so by the next build.
    expect(/\.then\(\(?(\w+)\)?=>\w+\(\1\.default,1\)/.exec(text)?.[0]).toBeUndefined();
  }
}, 30_000);
