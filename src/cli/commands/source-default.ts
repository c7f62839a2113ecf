/** `source default`: chooses the source that `mirror` takes from. */
import { chooseDefaultSource } from "../../config/mod.ts";
import { command } from "../command.ts";

export default command({
  operands: [{ name: "NAME", help: "a source of `source list`", required: true }],
  options: {},
  example: "source default mooncakes",
  run({ out, file }, args) {
    const name = args._[0]!;
    chooseDefaultSource(file(), name);
    if (out.json) out.document({ default_source: name });
    else out.data(`Source ${name} is the default`);
    return undefined;
  },
});
