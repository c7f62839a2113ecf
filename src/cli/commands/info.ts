/** `info`: everything that is known of a module. */
import { command } from "../command.ts";
import { infoText } from "../render/modules.ts";
import { openShelfFor, parseWanted, READ_NOTE, READ_OPTION } from "../shelf.ts";

export default command({
  operands: [
    {
      name: "MODULE[@RANGE]",
      help: "OWNER/NAME, of the latest version or of another",
      required: true,
    },
  ],
  options: READ_OPTION,
  notes: [READ_NOTE],
  example: "info moonbitlang/x@0.4.38",
  async run(context, args) {
    const { out } = context;
    const { module, range } = parseWanted(args._[0]!);
    const shelf = await openShelfFor(context, args.registry);
    const version = range === undefined ? undefined : (await shelf.resolve(module, range)).version;
    const info = await shelf.info(module, version);
    if (out.json) out.document(info);
    else out.data(infoText(info));
    return undefined;
  },
});
