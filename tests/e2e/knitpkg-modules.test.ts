/** MoonBit's modules through KnitPkg's protocol, from the built executable. */
import { expect, test } from "bun:test";
import { serve, succeed } from "../support/executable.ts";
import { createWorld, ofModules } from "../support/world.ts";

test("a module's range is answered with its version, archive and checksum", async () => {
  await using world = await createWorld();
  const { dir, entries } = world;
  await succeed(["sync"], { cwd: dir });
  await using server = await serve(dir);
  const get = async (path: string) => {
    const response = await fetch(server.url + path);
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };

  const newest = ofModules(entries, "moonbitlang/x").at(-1)!;
  const { status, json } = await get("/v1/project/moonbit/moonbitlang/x/*/resolve");
  expect(status).toBe(200);
  expect(json).toMatchObject({
    target: "moonbit",
    organization: "moonbitlang",
    name: "x",
    source_type: "archive",
    resolved_version: newest.version,
    specifier: "*",
    checksum: newest.checksum,
    url: `${server.url}/user/moonbitlang%2Fx%2F${newest.version}.zip`,
    commit_hash: null,
    yanked: false,
    is_public: true,
  });
  const archive = await (await fetch(json.url as string)).bytes();
  expect(Bun.SHA256.hash(archive, "hex")).toBe(newest.checksum);

  // A name may hold more slashes.
  const deep = entries.find(({ module }) => module.split("/").length > 2)!;
  expect(
    (await get(`/v1/project/moonbit/${deep.module}/${deep.version}/resolve`)).json,
  ).toMatchObject({ resolved_version: deep.version, checksum: deep.checksum });
  expect((await get("/v1/project/moonbit/moonbitlang/x/latest/resolve")).status).toBe(422);
  expect((await get("/v1/project/moonbit/moonbitlang/x/999.0.0/resolve")).status).toBe(404);

  const found = await get("/v1/search/moonbit?q=x&org=moonbitlang&page_size=5");
  expect(found.json).toMatchObject({
    page: 1,
    page_size: 5,
    results: expect.arrayContaining([
      expect.objectContaining({ organization: { name: "moonbitlang" }, name: "x" }),
    ]),
  });
  const all = await get("/v1/search/moonbit");
  expect(all.json.total_results).toBe(new Set(entries.map(({ module }) => module)).size);
});
