/** Who may change what while somebody else does. */
import { expect, test } from "bun:test";
import { lockHolder } from "../../src/registry/lock.ts";
import { dataPaths } from "../../src/registry/paths.ts";
import { alone, fetching, moving, unlessFetching } from "../../src/registry/writing.ts";
import { refusalOf } from "../support/published.ts";
import { tempDirectory } from "../support/temp.ts";

const newPlace = () => ({ paths: dataPaths(tempDirectory("writing")) });

/** What each of the two locks is held for. */
const held = ({ paths }: ReturnType<typeof newPlace>) =>
  [paths.fetching, paths.lock].map((path) => lockHolder(path)?.command);

const never = () => Promise.reject(new Error("it was run"));
const busy = expect.objectContaining({ code: "busy" });

test("who fetches leaves the refs to others, and takes them when it moves some", async () => {
  const place = newPlace();
  const done = await fetching(place, "sync", async () => {
    expect(held(place)).toEqual(["sync", undefined]);
    const moved = await moving(place, "publish", async () => {
      expect(held(place)).toEqual(["sync", "publish"]);
      return 1;
    });
    expect(held(place)).toEqual(["sync", undefined]);
    return moved + 1;
  });
  expect([done, held(place)]).toEqual([2, [undefined, undefined]]);
});

test("who has to be alone takes both", async () => {
  const place = newPlace();
  const done = await alone(place, "gc", async () => {
    expect(held(place)).toEqual(["gc", "gc"]);
    return "done";
  });
  expect([done, held(place)]).toEqual(["done", [undefined, undefined]]);
});

test("who is in another's way is told so, and takes nothing", async () => {
  const refused = async (
    first: typeof alone,
    second: typeof alone,
    left: (string | undefined)[],
  ) => {
    const place = newPlace();
    await first(place, "first", async () => {
      let isOver = false;
      const refusal = refusalOf(second(place, "second", never)).finally(() => (isOver = true));
      // Whoever waits to fetch keeps nobody from the refs meanwhile.
      for (; !isOver; await Bun.sleep(1)) expect(held(place)[1]).toBe(left[1]);
      expect(await refusal).toEqual(busy);
      expect(held(place)).toEqual(left);
    });
  };
  // At once, as each waits for a moment.
  await Promise.all([
    refused(fetching, fetching, ["first", undefined]),
    refused(fetching, alone, ["first", undefined]),
    refused(alone, fetching, ["first", "first"]),
    refused(moving, alone, [undefined, "first"]),
  ]);
});

test("what takes away what nothing leads to is not run while somebody fetches", async () => {
  const place = newPlace();
  await moving(place, "publish", async () => {
    const done = await unlessFetching(place, "repack", async () => {
      expect(held(place)).toEqual(["repack", "publish"]);
      return "done";
    });
    expect(done).toBe("done");
  });
  await fetching(place, "sync", async () => {
    expect(await unlessFetching(place, "repack", never)).toBeUndefined();
    expect(held(place)).toEqual(["sync", undefined]);
  });
});
