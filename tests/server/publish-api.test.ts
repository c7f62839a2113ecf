/** Publishing over HTTP, as far as it is the routes' own. */
import { describe, expect, test } from "bun:test";
import { openDirectory, packModule } from "../../src/packaging/mod.ts";
import { startKnitPkg } from "../support/knitpkg-server.ts";
import { writeModule } from "../support/module.ts";

const archive = Buffer.concat(
  await Array.fromAsync(packModule(await openDirectory(writeModule()))),
);

describe("a dry run", () => {
  const publish = async (query: string) => {
    await using server = await startKnitPkg();
    const response = await fetch(`${server.url}/api/v0/modules/alice/json/0.1.0${query}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${server.token("ann", "publish:*")}` },
      body: archive,
    });
    const found = await fetch(`${server.url}/api/v0/modules/alice/json@0.1.0`);
    const json = (await response.json()) as { error?: { message: string } };
    return { status: response.status, error: json.error, isThere: found.status === 200 };
  };

  test.each(["true", "1", "", "True"])("is asked for by dry_run=%s", async (value) => {
    expect(await publish(`?dry_run=${value}`)).toMatchObject({ status: 200, isThere: false });
  });

  test("is asked for by the bare word", async () => {
    expect(await publish("?dry_run")).toMatchObject({ status: 200, isThere: false });
  });

  test.each(["?dry_run=false", "?dry_run=0", ""])("is not asked for by %p", async (query) => {
    expect(await publish(query)).toMatchObject({ status: 201, isThere: true });
  });

  test.each(["?dry_run=yes", "?dry_run=2", "?dry_run=true&dry_run=false"])(
    "that cannot be told from none is refused, and nothing published: %s",
    async (query) => {
      const { error, ...rest } = await publish(query);
      expect(rest).toEqual({ status: 400, isThere: false });
      expect(error).toMatchObject({ message: expect.stringContaining("dry_run") });
    },
  );
});
