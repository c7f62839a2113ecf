import { expect, test } from "bun:test";
import type { Entry } from "../../src/index/mod.ts";
import { openZip } from "../../src/packaging/mod.ts";
import { recompute, serveRegistry } from "../../src/registry/mod.ts";
import { archiveFiles } from "../../src/web/archive-files.ts";
import { fetched, newRegistry, SOURCE } from "../support/published.ts";
import { craftZip } from "../support/zip.ts";

const README = "# A\n\nSee [more](docs/more.md).";

/** A module in two versions with the same files, as its pages get them. */
async function opened() {
  const registry = await newRegistry(SOURCE);
  const parts = [
    { name: "README.md", content: README },
    { name: "src/a.mbt", content: "fn a {}" },
  ];
  const archive = craftZip(parts);
  const bytes = new Uint8Array(await archive.arrayBuffer());
  const checksum = Bun.SHA256.hash(bytes, "hex");
  await registry.archives.put(bytes, checksum);
  await fetched(registry, "up", { "a/b": ["1.0.0", "2.0.0"] }, () => checksum);
  await recompute(registry);
  const served = serveRegistry(registry, { offline: true, warn: () => {} });
  const found = await served.discovery();
  const entry = (version: string): Entry => found.version("a/b", version)!.entry;
  return { files: archiveFiles(served), zip: await openZip(archive), entry, served };
}

test("a README is rendered once, by whatever host it is asked for, and anew for another prefix or version", async () => {
  const { files, zip, entry, served } = await opened();
  const readme = (url: string, version = "1.0.0") =>
    files.readme({ name: "team", url }, entry(version), zip, undefined);
  const [first, ...same] = await Promise.all(
    ["http://a", "http://b", "http://a:8080"].map((url) => readme(url)),
  );
  expect(first?.text).toContain('href="/m/a/b@1.0.0/-/files/docs/more.md"');
  for (const each of [...same, await readme("https://c")]) expect(each).toBe(first);
  expect((await readme("http://a/p"))?.text).toContain('href="/p/m/a/b@1.0.0/');
  expect((await readme("http://a", "2.0.0"))?.text).toContain('href="/m/a/b@2.0.0/');
  await served.close();
});

test("a source is coloured once for all who look at it", async () => {
  const { files, zip, entry, served } = await opened();
  const file = zip.files.find(({ path }) => path === "src/a.mbt")!;
  const content = () => files.content(entry("1.0.0"), zip, file);
  const [first, second] = await Promise.all([content(), content()]);
  expect(second).toBe(first!);
  expect(await content()).toBe(first!);
  await served.close();
});
