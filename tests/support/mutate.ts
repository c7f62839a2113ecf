/** Damages valid input, by seeded chance, the way that networks, disks and attackers do. */
import type { Random } from "./random.ts";

/** What parsers stumble over: ends of ranges, lengths, separators, odd characters. */
const TOKENS = [
  "0000",
  "0001",
  "0003",
  "ffff",
  "-1",
  "99999999999999999999",
  "\0",
  "\n",
  "\r\n",
  "../",
  "\\",
  '"',
  "[",
  "{",
  "]]",
  "\u202e",
  "\ud83d",
  "__proto__",
  "NaN",
];

/** @returns a new buffer with one to four changes; possibly empty */
export function mutate(random: Random, valid: Uint8Array): Buffer {
  let data: Buffer = Buffer.from(valid);
  for (let left = 1 + random.int(4); left > 0; left--) data = change(random, data);
  return data;
}

function change(random: Random, data: Buffer): Buffer {
  const at = random.int(data.length + 1);
  const to = Math.min(data.length, at + random.int(1 + random.int(64)));
  switch (random.int(8)) {
    case 0:
      return data.subarray(0, at);
    case 1:
      return Buffer.concat([data.subarray(0, at), data.subarray(to)]);
    case 2:
      return Buffer.concat([data.subarray(0, to), data.subarray(at)]);
    case 3:
      return Buffer.concat([data.subarray(0, at), random.bytes(random.int(9)), data.subarray(at)]);
    case 4:
    case 5: {
      const token = Buffer.from(random.pick(TOKENS));
      return Buffer.concat([data.subarray(0, at), token, data.subarray(random.int(2) ? at : to)]);
    }
    default: {
      const copy = Buffer.from(data);
      if (copy.length > 0) copy[at % copy.length]! ^= 1 << random.int(8);
      return copy;
    }
  }
}
