import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openExecutables } from "../../src/distribution/mod.ts";
import type { ServedRegistry } from "../../src/registry/mod.ts";
import { installerRoutes } from "../../src/server/routes/installer.ts";
import { tempDirectory } from "../support/temp.ts";

const NAME = "moonbit-registry-windows-x64.exe";

function routes(files: Readonly<Record<string, string>> = {}) {
  const dir = tempDirectory("dist");
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const served = { executables: openExecutables([dir], undefined) } as ServedRegistry;
  const app = installerRoutes(served, () => "https://reg.example");
  return async (path: string) => await app.handle(new Request(`http://127.0.0.1${path}`));
}

test("behind a proxy installers point at the public URL", async () => {
  const get = routes();
  expect(await (await get("/install.sh")).text()).toContain('SERVED_BY="https://reg.example"');
  const ps1 = await get("/install.ps1");
  expect(await ps1.text()).toContain('$ServedBy = "https://reg.example"');
  expect(ps1.headers.get("content-type")).toBe("text/plain; charset=utf-8");
});

test("a server with nothing to hand out says so", async () => {
  const get = routes();
  expect(await (await get("/dist/SHA256SUMS")).text()).toBe("");
  const missing = await get(`/dist/${NAME}`);
  expect(missing.status).toBe(404);
  expect(await missing.json()).toMatchObject({
    error: { hint: expect.stringContaining("dist_dir") },
  });
});

test("other machines' executables come from the directory", async () => {
  const get = routes({ [NAME]: "windows" });
  const answer = await get(`/dist/${NAME}`);
  const hash = Bun.SHA256.hash("windows", "hex");
  expect(answer.headers.get("etag")).toBe(`"${hash}"`);
  expect(await answer.text()).toBe("windows");
  expect(await (await get("/dist/SHA256SUMS")).text()).toBe(`${hash}  ${NAME}\n`);
});
