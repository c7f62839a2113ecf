/** Where a bundle is written to. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportBundle, mirror } from "../../../src/registry/mod.ts";
import { islandOf, silent, startSmallUpstream, storedIn, take } from "../../support/islands.ts";
import { tempDirectory } from "../../support/temp.ts";

test("parts of a former bundle are in the way, whichever of them are left, and are left alone", async () => {
  using upstream = startSmallUpstream();
  upstream.list("a/x", "1.0.0");
  const origin = await islandOf({ up: upstream });
  await mirror(origin, { patterns: ["**"] }, silent);
  const dir = tempDirectory("drive");
  const to = join(dir, "x.bundle");
  // A whole one of this name would be taken in place of the parts.
  for (const left of ["x.bundle", "x.bundle.001", "x.bundle.007", "x.bundle.1000"]) {
    writeFileSync(join(dir, left), "former");
    const refused = exportBundle(origin, { to, partBytes: 4096 }, silent);
    await expect(refused).rejects.toMatchObject({
      code: "exists",
      message: `there is a file ${join(dir, left)}`,
      hint: expect.stringContaining("remove it"),
    });
    expect(readdirSync(dir)).toEqual([left]);
    expect(readFileSync(join(dir, left), "utf8")).toBe("former");
    await Bun.file(join(dir, left)).delete();
  }
  // Others that only look alike are not.
  for (const other of ["x.bundle.01", "x.bundle.txt", "y.bundle.001"]) {
    writeFileSync(join(dir, other), "");
  }
  const { id, number, files } = await exportBundle(origin, { to, partBytes: 4096 }, silent);
  expect(files.length).toBeGreaterThan(1);
  expect(existsSync(to)).toBe(false);
  const replica = await islandOf();
  await take(replica, { path: to, id, number });
  expect(await storedIn(replica)).toEqual(await storedIn(origin));
});

test("of a part that is missing its name is told, and of the last one what it would follow", async () => {
  using upstream = startSmallUpstream();
  upstream.list("a/x", "1.0.0", { content: "x".repeat(20_000) });
  const origin = await islandOf({ up: upstream });
  await mirror(origin, { patterns: ["**"] }, silent);
  const to = join(tempDirectory("drive"), "x.bundle");
  const { files, ...bundle } = await exportBundle(origin, { to, partBytes: 4096 }, silent);
  const replica = await islandOf();
  for (const [at, file] of files.entries()) {
    renameSync(file, `${file}-away`);
    const isLast = at === files.length - 1;
    await expect(take(replica, { ...bundle, path: to })).rejects.toMatchObject(
      isLast
        ? { code: "integrity", message: expect.stringContaining(`the end of ${files.at(-2)}`) }
        : { code: "not-found", message: `${file} is missing` },
    );
    renameSync(`${file}-away`, file);
  }
  expect(await take(replica, { ...bundle, path: to })).toMatchObject({ outcome: "applied" });
});
