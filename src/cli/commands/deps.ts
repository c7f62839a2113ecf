/** `deps`: what a module needs, or what needs it. */
import { Failure } from "../../errors.ts";
import { command } from "../command.ts";
import { DONE, DONE_IN_PART } from "../exit.ts";
import { duplicates, treeText } from "../render/tree.ts";
import { openShelfFor, parseWanted, READ_NOTE, READ_OPTION } from "../shelf.ts";

export default command({
  operands: [
    {
      name: "MODULE[@RANGE]",
      help: "OWNER/NAME, of the latest version or of another",
      required: true,
    },
  ],
  options: {
    dependents: { type: "boolean", description: "the modules whose latest version needs it" },
    ...READ_OPTION,
  },
  notes: [
    "Versions are those that `moon tree` would choose: the least that satisfies all.",
    "Exits with 3 when something that is needed is missing.",
    READ_NOTE,
  ],
  example: "deps moonbitlang/parser",
  async run(context, args) {
    const { out } = context;
    const { module, range } = parseWanted(args._[0]!);
    if (args.dependents && range !== undefined) {
      throw new Failure("usage", "--dependents is about a module, not about one of its versions");
    }
    const shelf = await openShelfFor(context, args.registry);
    if (args.dependents) {
      const dependents = await shelf.dependents(module);
      if (out.json) out.document({ module, dependents });
      else if (dependents.length === 0) out.log.info(`No module needs ${module}.`);
      else {
        for (const each of dependents) {
          out.data(`${each.module}@${each.version} needs ${module}@${each.requires}`);
        }
      }
      return DONE;
    }
    const tree = await shelf.tree(module, range);
    if (out.json) out.document({ ...tree, duplicates: duplicates(tree) });
    else out.data(treeText(tree));
    return tree.unmet.length > 0 ? DONE_IN_PART : DONE;
  },
});
