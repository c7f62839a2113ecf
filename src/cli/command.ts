/** What a command is: its words, its help, and what runs. One file a command, loaded when asked for. */
import { type ArgsDef, defineCommand, type ParsedArgs, runCommand } from "citty";
import type { Context } from "./context.ts";
import { GLOBAL_OPTIONS } from "./globals.ts";

/** A word that is no option, such as NAME. */
export interface Operand {
  /** In capitals, as help shows it. */
  readonly name: string;
  readonly help: string;
  readonly required?: boolean;
  /** Takes all words that are left. */
  readonly many?: boolean;
  /** Taken only behind `--`. */
  readonly afterDashes?: boolean;
}

export interface CommandSpec<A extends ArgsDef> {
  readonly operands?: readonly Operand[];
  readonly options: A;
  /** What follows the program's name. */
  readonly example: string;
  /** Lines below the help's options, for what an option's line has no room for. */
  readonly notes?: readonly string[];
  /**
   * Gives the exit code; nothing is 0. `args._` are the operands; `words` are all, for options that
   * may be given more than once (see `valuesOf`).
   */
  run(
    context: Context,
    args: ParsedArgs<A>,
    words: readonly string[],
  ): Promise<number | undefined> | undefined | number;
}

export interface Command extends Omit<CommandSpec<ArgsDef>, "run"> {
  /** @param words checked and brought into one form by `readWords` */
  invoke(context: Context, words: readonly string[]): Promise<number>;
}

export function command<const A extends ArgsDef>({ run, ...spec }: CommandSpec<A>): Command {
  return {
    ...spec,
    async invoke(context, words) {
      const definition = defineCommand<ArgsDef>({
        args: { ...GLOBAL_OPTIONS, ...spec.options },
        run: ({ args }) => run(context, args as ParsedArgs<A>, words),
      });
      const { result } = await runCommand(definition, { rawArgs: [...words] });
      return typeof result === "number" ? result : 0;
    },
  };
}
