/** `resolve`: which version a range means. */
import { command } from "../command.ts";
import { yankText } from "../render/modules.ts";
import { openShelfFor, parseWanted, READ_NOTE, READ_OPTION } from "../shelf.ts";

export default command({
  operands: [
    {
      name: "MODULE[@RANGE]",
      help: "such as moonbitlang/x@^0.4.0; default: latest",
      required: true,
    },
  ],
  options: READ_OPTION,
  notes: ["Ranges: 1.2.3, ^1.2.3, ~1.2, 1.x, *, and comparisons: '>=1.0.0 <2.0.0'.", READ_NOTE],
  example: 'resolve "moonbitlang/x@>=0.4.0 <0.5.0"',
  async run(context, args) {
    const { out } = context;
    const { module, range } = parseWanted(args._[0]!);
    const shelf = await openShelfFor(context, args.registry);
    const resolved = await shelf.resolve(module, range);
    if (out.json) {
      out.document(resolved);
      return undefined;
    }
    out.data(`${resolved.module}@${resolved.version} sha256:${resolved.checksum}`);
    if (resolved.yanked)
      out.log.warn(`${resolved.module}@${resolved.version}${yankText(resolved)}`);
    return undefined;
  },
});
