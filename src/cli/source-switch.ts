/** What `source enable` and `source disable` are: a source takes part, or does not. */
import { switchSource } from "../config/mod.ts";
import { command } from "./command.ts";
import { recomputeServed } from "./recompute.ts";

export function sourceSwitch(word: "enable" | "disable") {
  return command({
    operands: [{ name: "NAME", help: "a source of `source list`", required: true }],
    options: {},
    example: `source ${word} mooncakes`,
    async run(context, args) {
      const name = args._[0]!;
      const file = context.file();
      const enabled = word === "enable";
      switchSource(file, name, enabled);
      await recomputeServed(context, file);
      if (context.out.json) context.out.document({ name, enabled });
      else context.out.data(`Source ${name} is ${word}d`);
      return undefined;
    },
  });
}
