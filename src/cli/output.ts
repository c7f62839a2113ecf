/**
 * Where words go: data to stdout, everything said to a person to stderr. Colours only on a terminal
 * that wants them.
 */
import { styleText } from "node:util";
import { type ConsolaInstance, createConsola, LogLevels, type LogObject } from "consola/core";
import { complaint } from "./complain.ts";
import { leveled } from "./journal.ts";

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

export type Paint = (style: "bold" | "dim" | "red" | "green" | "yellow", text: string) => string;

export interface Output extends OutputOptions {
  /** A line of data. */
  data(line: string): void;
  /** A value as JSON of several lines. */
  document(value: unknown): void;
  /** A value as one line of JSON. */
  record(value: unknown): void;
  /** To a person: `log.info`, `log.warn`, `log.debug`; quiet and verbose are minded. */
  readonly log: ConsolaInstance;
  /** Tells of what went wrong, to a person or as a line of JSON. */
  complain(error: unknown): void;
  /** For text on stdout, and on stderr. */
  readonly paintData: Paint;
  readonly paint: Paint;
}

export function createOutput(options: OutputOptions): Output {
  const paint = painter(options.color, process.stderr);
  const write = (text: string) => void process.stdout.write(text);
  const say = (text: string, type: string) => void process.stderr.write(leveled(text, type));
  return {
    ...options,
    data: (line) => write(`${line}\n`),
    document: (value) => write(`${JSON.stringify(value, null, 2)}\n`),
    record: (value) => write(`${JSON.stringify(value)}\n`),
    log: createConsola({
      level: options.verbose ? LogLevels.debug : options.quiet ? LogLevels.warn : LogLevels.info,
      // Every line counts, also one that was said before.
      throttle: 0,
      reporters: [{ log: (entry) => say(`${logLine(entry, paint)}\n`, entry.type) }],
    }),
    complain(error) {
      const text = complaint(error, { ...options, red: (word) => paint("red", word) });
      say(text, options.json ? "" : "error");
    },
    paintData: painter(options.color, process.stdout),
    paint,
  };
}

function logLine({ type, args }: LogObject, paint: Paint): string {
  const text = args.map(String).join(" ");
  if (type === "warn") return `${paint("yellow", "warning:")} ${text}`;
  if (type === "error") return `${paint("red", "error:")} ${text}`;
  return type === "debug" ? paint("dim", text) : text;
}

function painter(wanted: boolean, stream: NodeJS.WriteStream): Paint {
  const { NO_COLOR = "", TERM } = process.env;
  const isOn = wanted && stream.isTTY === true && NO_COLOR === "" && TERM !== "dumb";
  return isOn
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;
}
