import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openObjectDatabase, readRef } from "../../../src/git/mod.ts";
import type { KnitPkg } from "../../../src/registry/mod.ts";
import {
  body,
  COMMIT,
  CORE,
  newKnitPkg,
  newRegistry,
  OTHER_COMMIT,
  openKnitPkg,
  person,
} from "../../support/knitpkg.ts";

const ANN = person("ann");
const EVE = person("eve");
const OPERATOR = person("root", { isAdmin: true });

const versions = (knitpkg: KnitPkg, visitor = ANN) =>
  knitpkg.project(CORE, visitor).releases.map(({ version }) => version);

describe("a registration", () => {
  test("binds a version to a commit", async () => {
    const knitpkg = await newKnitPkg();
    const { isNew, release } = await knitpkg.register(body(), ANN);
    expect([isNew, release.by, release.verified]).toEqual([true, "local:ann", false]);
    expect(knitpkg.resolve(CORE, "^1.0.0", undefined).release.commitHash).toBe(COMMIT);
  });

  test("made again changes nothing", async () => {
    const registry = await newRegistry();
    const knitpkg = openKnitPkg(registry);
    await knitpkg.register(body(), ANN);
    const tip = readRef(registry.paths.index, "refs/heads/knitpkg");
    const again = await knitpkg.register(body({ description: "Other words for it" }), ANN);
    expect([again.isNew, again.release.description]).toEqual([
      false,
      "What everything else is built on",
    ]);
    expect(readRef(registry.paths.index, "refs/heads/knitpkg")).toBe(tip!);
  });

  test("of the same version with another commit is refused, yanked or not", async () => {
    const knitpkg = await newKnitPkg();
    await knitpkg.register(body(), ANN);
    const other = body({ commit_hash: OTHER_COMMIT });
    expect(knitpkg.register(other, ANN)).rejects.toThrow("is registered with another commit");
    await knitpkg.yank(CORE, "1.0.0", ANN);
    expect(knitpkg.register(other, ANN)).rejects.toThrow("is registered with another commit");
    expect(knitpkg.register(other, OPERATOR)).rejects.toThrow("is registered with another commit");
  });

  test("of the same commit from another repository is refused: it could vanish there", async () => {
    const knitpkg = await newKnitPkg();
    await knitpkg.register(body(), ANN);
    const moved = body({ repo_url: "https://evil.example/acme/core.git" });
    expect(knitpkg.register(moved, ANN)).rejects.toThrow("is registered with another repository");
  });

  test("is one commit in Git, which says what it did", async () => {
    const registry = await newRegistry();
    const knitpkg = openKnitPkg(registry);
    await knitpkg.register(body(), ANN);
    await knitpkg.register(body({ version: "1.1.0" }), ANN);
    const objects = openObjectDatabase(registry.paths.index);
    const tip = objects.commit(readRef(registry.paths.index, "refs/heads/knitpkg")!);
    expect(tip.message).toBe("update @acme/core 1.1.0 for mql5\n\nBranch: refs/heads/knitpkg\n");
    expect(objects.commit(tip.parents[0]!).parents).toEqual([]);
  });

  test("may name what it depends on, once that is registered for the same target", async () => {
    const knitpkg = await newKnitPkg();
    const app = body({ name: "app", dependencies: { core: "^1.0.0" } });
    expect(knitpkg.register(app, ANN)).rejects.toThrow(
      "dependencies: @acme/core is not registered for mql5",
    );
    await knitpkg.register(body({ target: "mql4" }), ANN);
    expect(knitpkg.register(app, ANN)).rejects.toThrow("is not registered for mql5");
    await knitpkg.register(body(), ANN);
    const { release } = await knitpkg.register(app, ANN);
    expect(release.dependencies).toEqual({ "@acme/core": "^1.0.0" });
  });
});

test("of fifty that disagree on a version at once, one wins, and it stays what it was", async () => {
  const knitpkg = await newKnitPkg();
  const commits = Array.from({ length: 50 }, (_, at) => at.toString(16).padStart(40, "0"));
  const results = await Promise.allSettled(
    commits.map((commit) => knitpkg.register(body({ commit_hash: commit }), ANN)),
  );
  const won = results.flatMap((result, at) => (result.status === "fulfilled" ? [at] : []));
  expect(won).toHaveLength(1);
  for (const result of results) {
    if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "exists" });
  }
  expect(knitpkg.resolve(CORE, "1.0.0", undefined).release.commitHash).toBe(commits[won[0]!]!);
  expect(versions(knitpkg)).toEqual(["1.0.0"]);
});

test("fifty different versions at once are all there, and take no fifty files", async () => {
  const registry = await newRegistry();
  const knitpkg = openKnitPkg(registry);
  const wanted = Array.from({ length: 50 }, (_, at) => `1.${at}.0`);
  await Promise.all(wanted.map((version) => knitpkg.register(body({ version }), ANN)));
  expect(versions(knitpkg).sort()).toEqual(wanted.sort());
  expect(readdirSync(join(registry.paths.index, "objects", "pack")).length).toBeLessThan(60);
});

test("two servers of one registry do not lose each other's registrations", async () => {
  const registry = await newRegistry();
  const server = () => openKnitPkg(registry);
  const [one, two] = [server(), server()];
  const wanted = Array.from({ length: 10 }, (_, at) => `1.${at}.0`);
  await Promise.all(
    wanted.map((version, at) => (at % 2 ? one : two).register(body({ version }), ANN)),
  );
  expect(versions(one).sort()).toEqual(wanted);
  expect(versions(two).sort()).toEqual(wanted);
});

describe("an organization", () => {
  test("belongs to its first registrant, for every target", async () => {
    const knitpkg = await newKnitPkg();
    await knitpkg.register(body(), ANN);
    for (const changes of [{ version: "2.0.0" }, { name: "other" }, { target: "mql4" }]) {
      const attempt = knitpkg.register(body(changes), EVE);
      expect(attempt).rejects.toMatchObject({ code: "forbidden" });
      await attempt.catch(() => undefined);
    }
    expect(knitpkg.yank(CORE, "1.0.0", EVE)).rejects.toMatchObject({ code: "forbidden" });
    await knitpkg.register(body({ version: "2.0.0" }), OPERATOR);
  });

  test("of those who want it at once, one gets it", async () => {
    const knitpkg = await newKnitPkg();
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, at) =>
        knitpkg.register(body({ name: `p${at}` }), person(`user${at}`)),
      ),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("is opened to members by its owner, and closed again", async () => {
    const knitpkg = await newKnitPkg();
    await knitpkg.register(body(), ANN);
    expect(knitpkg.changeMember("acme", "member", "eve", EVE)).rejects.toMatchObject({
      code: "forbidden",
    });
    expect(await knitpkg.changeMember("acme", "member", "eve", ANN)).toBe(true);
    expect(await knitpkg.changeMember("acme", "member", "local:eve", ANN)).toBe(false);
    await knitpkg.register(body({ version: "1.1.0" }), EVE);
    expect(knitpkg.members("acme", EVE).members).toEqual([EVE.person]);
    // A member is no owner.
    expect(knitpkg.changeMember("acme", "member", "mallory", EVE)).rejects.toMatchObject({
      code: "forbidden",
    });
    expect(await knitpkg.changeMember("acme", "remove", "eve", OPERATOR)).toBe(true);
    expect(knitpkg.register(body({ version: "1.2.0" }), EVE)).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  test("keeps its owner, and names nobody that cannot be", async () => {
    const knitpkg = await newKnitPkg();
    await knitpkg.register(body(), ANN);
    expect(knitpkg.changeMember("acme", "remove", "ann", ANN)).rejects.toThrow("stays its owner");
    for (const odd of ["", " ", "a b", "x:y:z", "UP:per", "a\u202eb\n"]) {
      expect(knitpkg.changeMember("acme", "member", odd, ANN)).rejects.toMatchObject({
        code: "invalid",
      });
    }
    expect(knitpkg.changeMember("../acme", "member", "eve", ANN)).rejects.toMatchObject({
      code: "not-found",
    });
  });
});

test("credentials that may not publish a name do not, whoever owns it", async () => {
  const knitpkg = await newKnitPkg();
  const narrow = person("ann", { mayPublish: (name) => name === "acme/core" });
  await knitpkg.register(body(), narrow);
  expect(knitpkg.register(body({ name: "other" }), narrow)).rejects.toThrow(
    "these credentials may not publish acme/other",
  );
});

describe("a private project", () => {
  const secret = body({ is_private: true });

  test("is not there for others, in the very words of one that is not", async () => {
    const knitpkg = await newKnitPkg();
    await knitpkg.register(secret, ANN);
    const messageOf = (name: string, visitor?: typeof EVE) => {
      try {
        knitpkg.resolve({ ...CORE, name }, "*", visitor);
      } catch (error) {
        return (error as Error).message.replaceAll(name, "NAME");
      }
      return "found";
    };
    expect(messageOf("core", EVE)).toBe(messageOf("nothing", EVE));
    expect(messageOf("core")).toBe(messageOf("nothing"));
    expect(knitpkg.yank(CORE, "1.0.0", EVE)).rejects.toMatchObject({ code: "not-found" });
    expect(versions(knitpkg, ANN)).toEqual(["1.0.0"]);
    expect(versions(knitpkg, OPERATOR)).toEqual(["1.0.0"]);
    await knitpkg.changeMember("acme", "member", "eve", ANN);
    expect(versions(knitpkg, EVE)).toEqual(["1.0.0"]);
  });

  test("cannot be found out by depending on it", async () => {
    const knitpkg = await newKnitPkg();
    await knitpkg.register(secret, ANN);
    const spy = body({ organization: "evil", dependencies: { "@acme/core": "*" } });
    expect(knitpkg.register(spy, EVE)).rejects.toThrow("@acme/core is not registered for mql5");
  });

  test("may become public, and what is public may not become private", async () => {
    const knitpkg = await newKnitPkg();
    await knitpkg.register(secret, ANN);
    await knitpkg.register(body({ version: "1.1.0" }), ANN);
    expect(versions(knitpkg, EVE)).toEqual(["1.0.0", "1.1.0"]);
    expect(
      knitpkg.register(body({ version: "1.2.0", is_private: true }), ANN),
    ).rejects.toMatchObject({ code: "exists" });
  });
});

describe("a yanked version", () => {
  test("is chosen by no range, and still by its exact number", async () => {
    const knitpkg = await newKnitPkg();
    await knitpkg.register(body(), ANN);
    await knitpkg.register(body({ version: "1.1.0" }), ANN);
    expect(await knitpkg.yank(CORE, "1.1.0", ANN)).toBe(true);
    expect(await knitpkg.yank(CORE, "1.1.0", ANN)).toBe(false);
    expect(knitpkg.resolve(CORE, "^1.0.0", undefined).release.version).toBe("1.0.0");
    expect(knitpkg.resolve(CORE, "1.1.0", undefined).release.yanked).toBe(true);
  });

  test("must be there", async () => {
    const knitpkg = await newKnitPkg();
    await knitpkg.register(body(), ANN);
    expect(knitpkg.yank(CORE, "1.2.0", ANN)).rejects.toThrow("there is no version 1.2.0");
  });
});

test("a range that nothing matches is answered with what there is", async () => {
  const knitpkg = await newKnitPkg();
  for (const version of ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0", "1.6.0"]) {
    await knitpkg.register(body({ version }), ANN);
  }
  await knitpkg.yank(CORE, "1.5.0", ANN);
  try {
    knitpkg.resolve(CORE, "^2.0.0", undefined);
    throw new Error("it should have failed");
  } catch (error) {
    expect(error).toMatchObject({
      code: "not-found",
      message: "no version of @acme/core matches ^2.0.0",
      hint: "there are: 1.6.0, 1.4.0, 1.3.0, 1.2.0, 1.1.0 and 1 more",
    });
  }
});
