/** `search`: finds modules by words. */
import { Failure } from "../../errors.ts";
import type { SearchSort } from "../../registry/mod.ts";
import { command } from "../command.ts";
import { DONE, FAILED } from "../exit.ts";
import { wholeNumber } from "../numbers.ts";
import { foundLines } from "../render/modules.ts";
import { lineWidth } from "../render/printable.ts";
import { plural } from "../render/units.ts";
import { openShelfFor, READ_NOTE, READ_OPTION } from "../shelf.ts";

/** As the registry has them, which is loaded when the command runs. */
const SORTS = ["relevance", "name", "updated", "dependents"] as const satisfies SearchSort[];

export default command({
  operands: [{ name: "QUERY", help: "words; none lists everything", many: true }],
  options: {
    owner: { type: "string", valueHint: "NAME", description: "only modules of this owner" },
    keyword: { type: "string", valueHint: "WORD", description: "only with this keyword" },
    license: { type: "string", valueHint: "ID", description: "only under this license" },
    sort: { type: "string", valueHint: "ORDER", description: `one of ${SORTS.join(", ")}` },
    limit: {
      type: "string",
      valueHint: "N",
      description: "at most so many, 100 at a time; default: 20",
    },
    offset: { type: "string", valueHint: "N", description: "leave out the first N" },
    ...READ_OPTION,
  },
  notes: [
    "Names come first, then keywords, owners and descriptions; typos are forgiven.",
    READ_NOTE,
    "Exits with 1 when nothing is found.",
  ],
  example: "search json parser --license Apache-2.0",
  async run(context, args) {
    const { out } = context;
    const sort = SORTS.find((each) => each === args.sort);
    if (args.sort !== undefined && !sort) {
      throw new Failure("usage", `--sort is one of ${SORTS.join(", ")}`);
    }
    const offset = wholeNumber(args.offset ?? "0", "--offset", 0, 1_000_000);
    const shelf = await openShelfFor(context, args.registry);
    const { total, results } = await shelf.search({
      text: args._.join(" "),
      limit: wholeNumber(args.limit ?? "20", "--limit", 1, 100),
      offset,
      ...(args.owner !== undefined && { owner: args.owner }),
      ...(args.keyword !== undefined && { keyword: args.keyword }),
      ...(args.license !== undefined && { license: args.license }),
      ...(sort && { sort }),
    });
    if (out.json) out.document({ total, offset, results });
    else if (results.length > 0) {
      for (const line of foundLines(results, lineWidth())) out.data(line);
      const last = offset + results.length;
      if (last < total) {
        out.log.info(
          `${offset + 1} to ${last} of ${plural(total, "module")}; --offset ${last} goes on`,
        );
      }
    } else out.log.info(`Nothing found in ${shelf.where}.`);
    return results.length > 0 ? DONE : FAILED;
  },
});
