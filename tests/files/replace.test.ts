/** Files that take others' places, also where others have those open. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replace, replaceSame, replaceSync } from "../../src/files/mod.ts";
import { tempDirectory } from "../support/temp.ts";

/** A system on which a file is held for so many tries. */
function heldFor(tries: number, code: string, platform = "win32") {
  let made = 0;
  const move = (from: string, to: string) => {
    made++;
    if (made <= tries) throw Object.assign(new Error(`${code}: rename`), { code });
    renameSync(from, to);
  };
  const system = { platform, rename: async (from: string, to: string) => move(from, to) };
  return { system: { ...system, renameSync: move }, tries: () => made };
}

function twoFiles(was = "old", is = "new") {
  const directory = tempDirectory("replace");
  const [from, to] = [join(directory, "from"), join(directory, "to")];
  writeFileSync(from, is);
  writeFileSync(to, was);
  return { directory, from, to };
}

for (const code of ["EPERM", "EACCES", "EBUSY"]) {
  test(`on Windows a file that is open (${code}) is replaced when it is not any more`, async () => {
    const { directory, from, to } = twoFiles();
    const { system, tries } = heldFor(3, code);
    await replace(from, to, { system });
    expect([readFileSync(to, "utf8"), tries()]).toEqual(["new", 4]);
    writeFileSync(from, "newer");
    replaceSync(from, to, { system: heldFor(3, code).system });
    expect(readFileSync(to, "utf8")).toBe("newer");
    expect(readdirSync(directory)).toEqual(["to"]);
  });
}

test("one that stays open is not tried for ever, and both files stay as they are", async () => {
  const { from, to } = twoFiles();
  const { system, tries } = heldFor(Number.POSITIVE_INFINITY, "EPERM");
  await expect(replace(from, to, { system, patienceMs: 20 })).rejects.toThrow("EPERM");
  expect(tries()).toBeGreaterThan(1);
  expect(() => replaceSync(from, to, { system, patienceMs: 20 })).toThrow("EPERM");
  await expect(replaceSame(from, to, { system, patienceMs: 0 })).resolves.toBeUndefined();
  expect(readFileSync(to, "utf8")).toBe("old");
});

test("nothing else is tried again, on Windows or elsewhere", async () => {
  const { from, to } = twoFiles();
  for (const { system, tries } of [
    heldFor(1, "ENOSPC"),
    heldFor(1, "EPERM", "linux"),
    heldFor(1, "EACCES", "darwin"),
  ]) {
    await expect(replace(from, to, { system })).rejects.toThrow("rename");
    expect(tries()).toBe(1);
  }
  const { system } = heldFor(1, "EPERM", "linux");
  await expect(replaceSame(from, to, { system })).rejects.toThrow("EPERM");
  await expect(replace(join(from, "x"), to)).rejects.toThrow(/ENOTDIR|ENOENT/);
  expect(readFileSync(from, "utf8")).toBe("new");
});

test("what is named after what it holds stays when it is open, but not when it was cut short", async () => {
  const { from, to } = twoFiles("same", "same");
  const open = heldFor(Number.POSITIVE_INFINITY, "EPERM");
  await replaceSame(from, to, { system: open.system });
  expect([existsSync(from), readFileSync(to, "utf8"), open.tries()]).toEqual([false, "same", 1]);

  writeFileSync(from, "same");
  writeFileSync(to, "sa");
  await replaceSame(from, to, { system: heldFor(2, "EPERM").system });
  expect(readFileSync(to, "utf8")).toBe("same");

  writeFileSync(from, "same");
  writeFileSync(to, "sa");
  const held = { system: open.system, patienceMs: 0 };
  await expect(replaceSame(from, to, held)).rejects.toThrow("EPERM");
});

test("what is not there is put there", async () => {
  const { from, to } = twoFiles();
  await replaceSame(from, `${to}-2`);
  expect(readFileSync(`${to}-2`, "utf8")).toBe("new");
});
