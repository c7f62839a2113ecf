/** Signatures of executables for macOS, on a small Mach-O that is made by hand. */
import { expect, test } from "bun:test";
import { signAdHoc, signatureProblem } from "../../scripts/macho-signature.ts";

const PAGE = 4096;
/** Where the signature begins: the last page before it is a part of one. */
const LIMIT = 3 * PAGE + 160;
const LINKEDIT = 2 * PAGE;

function segment(name: string, fileoff: number, filesize: number): Buffer {
  const command = Buffer.alloc(72);
  command.writeUInt32LE(0x19, 0);
  command.writeUInt32LE(command.length, 4);
  command.write(name, 8);
  command.writeBigUInt64LE(BigInt(0x1_0000_0000 + fileoff), 24);
  command.writeBigUInt64LE(BigInt(filesize), 32);
  command.writeBigUInt64LE(BigInt(fileoff), 40);
  command.writeBigUInt64LE(BigInt(filesize), 48);
  return command;
}

/** With room for a signature, in which another stands. */
function machO(room = 48): Buffer {
  const signature = Buffer.alloc(16);
  for (const [nth, value] of [0x1d, 16, LIMIT, room].entries()) {
    signature.writeUInt32LE(value, 4 * nth);
  }
  const commands = Buffer.concat([
    segment("__TEXT", 0, LINKEDIT),
    segment("__LINKEDIT", LINKEDIT, LIMIT + room - LINKEDIT),
    signature,
  ]);
  const header = Buffer.alloc(32);
  const fields = [0xfeedfacf, 0x0100_0007, 3, 2, 3, commands.length, 0, 0];
  for (const [nth, value] of fields.entries()) header.writeUInt32LE(value, 4 * nth);
  const program = Buffer.alloc(LIMIT + room, 7);
  program.set(Buffer.concat([header, commands]));
  return program;
}

test("a signature has the hash of every page, and ends where the file ends", () => {
  const signed = signAdHoc(machO(), "some-program");
  expect(signatureProblem(signed)).toBeUndefined();

  const directory = signed.subarray(LIMIT + 20);
  expect(signed.readUInt32BE(LIMIT)).toBe(0xfade0cc0);
  expect(directory.readUInt32BE(0)).toBe(0xfade0c02);
  // Ad hoc and signed by a linker; not of the hardened runtime, which is 0x10000.
  expect(directory.readUInt32BE(12)).toBe(0x2_0002);
  expect(directory.toString("latin1", 88, 101)).toBe("some-program\0");
  expect([directory.readUInt32BE(28), directory.readUInt32BE(32)]).toEqual([4, LIMIT]);
  const hashes = directory.subarray(directory.readUInt32BE(16));
  for (let page = 0; page < 4; page++) {
    const bytes = signed.subarray(page * PAGE, Math.min((page + 1) * PAGE, LIMIT));
    const hash = hashes.toString("hex", page * 32, (page + 1) * 32);
    expect(hash).toBe(Bun.SHA256.hash(bytes, "hex"));
  }
  // What the program says of itself: the signature's size, and that __LINKEDIT goes to the end.
  expect(signed.readUInt32LE(32 + 144 + 12)).toBe(signed.length - LIMIT);
  expect(Number(signed.readBigUInt64LE(32 + 72 + 48))).toBe(signed.length - LINKEDIT);
  expect(Number(signed.readBigUInt64LE(32 + 72 + 32))).toBeGreaterThanOrEqual(
    signed.length - LINKEDIT,
  );
  // Where the text lies, and that this is a program.
  expect(Number(directory.readBigUInt64BE(72))).toBe(LINKEDIT);
  expect(Number(directory.readBigUInt64BE(80))).toBe(1);
});

test("what was signed already is signed the same again", () => {
  const signed = signAdHoc(machO(), "a");
  expect(signAdHoc(signed, "a").equals(signed)).toBe(true);
  expect(signAdHoc(machO(16_384), "a").equals(signed)).toBe(true);
});

test("a changed byte is found on every page, and in the signature", () => {
  for (const at of [28, PAGE, 2 * PAGE + 5, LIMIT - 1]) {
    const signed = signAdHoc(machO(), "a");
    signed[at]! ^= 1;
    expect(signatureProblem(signed)).toStartWith(`page ${Math.floor(at / PAGE)} of 4 `);
  }
  const signed = signAdHoc(machO(), "a");
  signed[LIMIT + 20 + 90 + 5]! ^= 1;
  expect(signatureProblem(signed)).toStartWith("page 0 of 4 ");
});

test("a signature that covers less, is no ad hoc one or none at all does not hold", () => {
  const changed = (at: number, value: number) => {
    const signed = signAdHoc(machO(), "a");
    signed.writeUInt32BE(value, LIMIT + 20 + at);
    return signatureProblem(signed);
  };
  expect(changed(32, 2 * PAGE)).toContain("does not cover all");
  expect(changed(28, 2)).toContain("does not cover all");
  expect(changed(12, 0x1_0000)).toContain("not an ad hoc one");
  expect(signatureProblem(machO())).toContain("CodeDirectory");
  const longer = Buffer.concat([signAdHoc(machO(), "a"), Buffer.alloc(1)]);
  expect(signatureProblem(longer)).toContain("does not end");
  expect(() => signatureProblem(Buffer.from("\x7fELF".padEnd(64)))).toThrow("no Mach-O");
});
