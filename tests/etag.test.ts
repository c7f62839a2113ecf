import { expect, test } from "bun:test";
import { matchesEtag } from "../src/etag.ts";

test.each(['"a"', 'W/"a"'])("%s is compared weakly, in lists too", (etag) => {
  for (const header of ['"a"', 'W/"a"', '"b", "a"', '"b",W/"a"', "*", " * "]) {
    expect(matchesEtag(header, etag)).toBe(true);
  }
  for (const header of [null, "", '"b"', 'W/"b"', '"b", "c"', "a"]) {
    expect(matchesEtag(header, etag)).toBe(false);
  }
});
