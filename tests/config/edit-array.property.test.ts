import { expect, test } from "bun:test";
import { parse } from "smol-toml";
import { setValue } from "../../src/config/edit.ts";
import { forAll, type Random } from "../support/random.ts";

/** An array as people write it; each comment is unique. `own` are those on elements' lines. */
function randomArray(random: Random, eol: string) {
  let serial = 0;
  const comment = () => `# note ${serial++}, "x/*" ]`;
  const own = new Map<string, string>();
  const apart: string[] = [];
  const values: string[] = [];
  const blanks = () => random.pick(["", " ", "\t", "  "]);
  const lines = () => {
    let text = "";
    while (random.chance(0.3)) {
      const made = random.chance(0.5) ? comment() : "";
      if (made !== "") apart.push(made);
      text += `${blanks()}${made}${eol}`;
    }
    return text;
  };
  const head = random.chance(0.3) ? comment() : "";
  if (head !== "") apart.push(head);
  let text = `[${blanks()}${head}${head !== "" || random.chance(0.7) ? eol + lines() : ""}`;
  const count = random.int(6);
  for (let i = 0; i < count; i++) {
    const value = random.pick(["a/*", "b, c/*", "#d", 'e"', "]", `m${i}/*`]);
    const quoted = value.includes('"') || random.chance(0.3) ? `'${value}'` : JSON.stringify(value);
    text += `${blanks()}${quoted}${blanks()}`;
    if (i < count - 1 || random.chance(0.5)) text += ",";
    values.push(value);
    if (random.chance(0.4)) {
      const made = comment();
      own.set(made, value);
      text += `${blanks()}${made}${eol}${lines()}`;
    } else if (random.chance(0.5)) text += eol + lines();
  }
  return { text: `${text}${blanks()}]`, values, own, apart };
}

function randomWish(random: Random, values: readonly string[]): string[] {
  const wish = values.filter(() => random.chance(0.7));
  while (random.chance(0.4)) {
    wish.splice(random.int(wish.length + 1), 0, random.pick([...values, "new/*", "n'\\ew"]));
  }
  return random.chance(0.2) ? wish.toReversed() : wish;
}

test("any edits of any array mean what they should and lose no comment of what stays", () => {
  forAll(2_000, (random) => {
    const array = randomArray(random, random.pick(["\n", "\r\n"]));
    const around = (value: string) => `[mirror]\npackages = ${value} # behind\nconcurrency = 2\n`;
    let text = around(array.text);
    let { values } = array;
    const lost = (of: readonly string[]) => of.filter((each) => !text.includes(each));
    const comments = new Map(array.own);
    for (let step = 0; step < 4; step++) {
      const wish = randomWish(random, values);
      const before = text;
      text = setValue(text, ["mirror", "packages"], wish);
      if (Bun.deepEquals(values, wish)) expect(text).toBe(before);
      expect(parse(text)).toEqual(parse(around(JSON.stringify(wish))));
      const count = (list: readonly string[], value: string) =>
        list.filter((each) => each === value).length;
      // Of two that are the same, one may go.
      for (const [made, value] of comments) {
        if (count(wish, value) < count(values, value)) comments.delete(made);
      }
      expect(lost([...array.apart, ...comments.keys(), "# behind"])).toEqual([]);
      // What nothing asked to change is as it was: each line with a kept element's comment still has that element.
      for (const [made, value] of comments) {
        const line = text.split(/\r?\n/).find((each) => each.includes(made))!;
        expect(line.includes(value)).toBe(true);
      }
      values = wish;
    }
  });
});
