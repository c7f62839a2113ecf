import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { syncNames } from "../../src/files/mod.ts";
import { tempDirectory } from "../support/temp.ts";

const [FAT, EXFAT, NTFS, EXT4] = [0x4d44, 0x2011bab0, 0x7366746e, 0xef53];

/** Names are made durable on a file system of a kind; tells what of it was synced whole. */
async function syncedWhole(
  type: number,
  { platform = "linux", can = true, directories = [tempDirectory("names")] } = {},
): Promise<string[]> {
  const whole: string[] = [];
  await syncNames(directories, {
    platform,
    typeOf: () => type,
    syncWhole: async (path) => {
      whole.push(path);
      return can;
    },
  });
  return whole;
}

test.each([FAT, EXFAT, NTFS])("of a stick's file system, %d, all is synced", async (type) => {
  const directories = [tempDirectory("names"), tempDirectory("names")];
  expect(await syncedWhole(type, { directories })).toEqual([directories[0]!]);
});

test("elsewhere the directories are, as on other systems", async () => {
  expect(await syncedWhole(EXT4)).toEqual([]);
  expect(await syncedWhole(FAT, { platform: "darwin" })).toEqual([]);
});

test("where that cannot be had, the directories are as well", async () => {
  const gone = join(tempDirectory("names"), "gone");
  await expect(syncedWhole(FAT, { can: false, directories: [gone] })).rejects.toThrow("ENOENT");
  mkdirSync(gone);
  expect(await syncedWhole(FAT, { can: false, directories: [gone] })).toEqual([gone]);
});

test("Windows has no call for it", async () => {
  const directories = [join(tempDirectory("names"), "gone")];
  expect(await syncedWhole(FAT, { platform: "win32", directories })).toEqual([]);
});
