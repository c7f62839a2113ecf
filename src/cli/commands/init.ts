/** `init`: makes a registry; with `--portable` one that is carried about with its programs. */
import { relative, resolve } from "node:path";
import { isText } from "../../config/mod.ts";
import { Failure } from "../../errors.ts";
import { shellWord } from "../../shell-word.ts";
import { command } from "../command.ts";
import type { Output } from "../output.ts";

export default command({
  operands: [{ name: "DIR", help: "where; made if it is not there; default: here" }],
  options: {
    name: {
      type: "string",
      valueHint: "NAME",
      description: "shown to people; default: DIR's name",
    },
    portable: {
      type: "boolean",
      description: "for a stick: with the programs and what starts them; keeps a registry there",
    },
    dist: {
      type: "string",
      valueHint: "DIST",
      description: "with --portable: a release's files, for other systems than this",
    },
  },
  example: "init reg --name team",
  async run({ out, dir: option }, args) {
    const problem = args.name === undefined ? undefined : isText(args.name);
    if (problem !== undefined) throw new Failure("usage", `--name ${problem}`);
    const dir = args._[0] ?? option ?? ".";
    const named = args.name === undefined ? {} : { name: args.name };
    if (args.portable) return await layOut(out, dir, named, args.dist);
    if (args.dist !== undefined) throw new Failure("usage", "--dist goes with --portable");
    const { initRegistry } = await import("../../registry/mod.ts");
    const made = await initRegistry(dir, named);
    if (out.json) return void out.document(made);
    const near = relative(process.cwd(), made.dir);
    out.data(`Made a registry in ${made.dir}`);
    if (near !== "") out.log.info(`Next:  cd ${shellWord(near)}`);
    out.log.info(
      `${near === "" ? "Next:" : "     "}  moonbit-registry source add mooncakes --from-preset mooncakes`,
    );
    out.log.info('       moonbit-registry mirror "moonbitlang/*"');
    out.log.info("       moonbit-registry serve");
  },
});

async function layOut(
  out: Output,
  dir: string,
  named: { readonly name?: string },
  dist: string | undefined,
): Promise<undefined> {
  const { layOutPortable } = await import("../../registry/mod.ts");
  const made = await layOutPortable(dir, { ...named, ...(dist && { dist: resolve(dist) }) });
  if (out.json) return void out.document(made);
  const did = made.isNew ? "Made a portable registry in" : "Brought up to date:";
  out.data(`${did} ${made.dir}`);
  const machine = (name: string) => name.replace(/^moonbit-registry-|\.exe$/g, "");
  out.log.info(`Runs on:      ${made.executables.map(machine).join(", ") || "nothing yet"}`);
  if (made.missing.length > 0) {
    out.log.info(`Not on:       ${made.missing.map(machine).join(", ")}`);
    out.log.info("              add them from a release's files: --portable --dist DIST");
  }
  out.log.info(`Fill it:      moonbit-registry --dir ${shellWord(dir)} source add ... and mirror`);
  out.log.info("Serve it:     serve.sh, serve.command or serve.bat in it");
}
