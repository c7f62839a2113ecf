/** Files that root makes, where root is root of some users only. */
import { expect, test } from "bun:test";
import { chmodSync, chownSync } from "node:fs";
import { join } from "node:path";
import { tempDirectory } from "../support/temp.ts";

const FILES = join(import.meta.dir, "../../src/files/mod.ts");
/** Whether this is root, and may be root of a user namespace. */
const hasNamespaces =
  process.getuid?.() === 0 &&
  Bun.which("unshare") !== null &&
  Bun.spawnSync(["unshare", "-U", "-r", "true"]).exitCode === 0;

test.if(hasNamespaces)(
  "in a user namespace a directory of somebody who has no number there is open, and keeps its files",
  async () => {
    const dir = tempDirectory("foreign");
    chownSync(dir, 54_321, 54_322);
    chmodSync(dir, 0o777);
    const script = `
      import { makeLikeDirectory, ownerShutOut } from "${FILES}";
      makeLikeDirectory("${join(dir, "made")}");
      console.log(ownerShutOut("${dir}"));
    `;
    const child = Bun.spawn(["unshare", "-U", "-r", process.execPath, "-e", script], {
      stdout: "pipe",
    });
    expect(await child.stdout.text()).toBe("undefined\n");
  },
);

test.if(hasNamespaces)("what belongs to somebody else is closed to root", async () => {
  const dir = tempDirectory("foreign");
  chownSync(dir, 54_321, 54_322);
  const script = `import { ownerShutOut } from "${FILES}"; console.log(ownerShutOut("${dir}"));`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  expect(await child.stdout.text()).toBe("54321\n");
});
