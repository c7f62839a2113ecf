/** `export`: writes what is here, or what is new, to a bundle; or all of it for a web server. */
import { Failure } from "../../errors.ts";
import { command } from "../command.ts";
import type { Context } from "../context.ts";
import { byteSize } from "../numbers.ts";
import { runOperation } from "../operation.ts";
import { plural } from "../render/units.ts";
import { exportLine } from "../render/upkeep.ts";

export default command({
  operands: [{ name: "FILE", help: "a file, a directory (DIR/), or - for a pipe", required: true }],
  options: {
    since: {
      type: "string",
      valueHint: "BUNDLE",
      description: "only what is new since this bundle: its id or its file",
    },
    sign: {
      type: "string",
      valueHint: "KEY",
      description: "sign with this private key; see `key generate`",
    },
    static: {
      type: "boolean",
      description: "FILE is a directory: files for any web server; no bundle",
    },
    split: {
      type: "string",
      valueHint: "SIZE",
      description: "parts FILE.001, FILE.002, ... of this size, such as 4G",
    },
  },
  notes: [
    "A bundle is a tar: `tar -tvf FILE` looks inside. A directory can be copied on",
    "after an interruption, and `sha256sum -c SHA256SUMS` in it proves the copy.",
    "What --static writes serves archives and the JSON API; `moon update` needs a",
    "server that speaks Git: the README.txt in it tells.",
  ],
  example: "export packages.bundle --since 3f9a01c2",
  async run(context, args) {
    const { out } = context;
    const to = args._[0]!;
    if (args.static) {
      if (args.since !== undefined || args.sign !== undefined || args.split !== undefined) {
        throw new Failure("usage", "--static takes none of --since, --sign and --split");
      }
      return await exportForWebServer(context, to);
    }
    if (to === "-" && process.stdout.isTTY) {
      throw new Failure("usage", "a bundle is not for a terminal", "pipe it on, or name a file");
    }
    if (to === "-" && out.json) {
      throw new Failure("usage", "--json and the bundle both want stdout", "leave --json out");
    }
    const options = {
      to,
      ...(args.since !== undefined && { since: args.since }),
      ...(args.sign !== undefined && { sign: args.sign }),
      ...(args.split !== undefined && { partBytes: byteSize(args.split, "--split") }),
    };
    const { exportBundle, openRegistry } = await import("../../registry/mod.ts");
    const registry = openRegistry(context.file());
    await runOperation(
      out,
      "no bundle was made; a directory goes on where it ended",
      (signal, report) => exportBundle(registry, { ...options, signal }, report),
      (summary) => {
        if (to === "-") out.log.info(exportLine(summary));
        else out.data(exportLine(summary));
      },
    );
    return undefined;
  },
});

async function exportForWebServer({ out, file }: Context, dir: string): Promise<undefined> {
  if (dir === "-") throw new Failure("usage", "--static wants a directory");
  const { exportStatic, openRegistry } = await import("../../registry/mod.ts");
  const registry = openRegistry(file());
  await runOperation(
    out,
    "what is written stays; run it again and it goes on",
    (signal, report) => exportStatic(registry, { dir, signal }, report),
    ({ modules, versions, skipped, dir }) => {
      const what = `${plural(versions, "version")} of ${plural(modules, "module")}`;
      const left = skipped === 0 ? "" : `; ${plural(skipped, "file")} left out, see the warnings`;
      out.data(`Wrote ${what} to ${dir}${left}`);
      out.log.info("Clients' index needs smart HTTP all the same: see README.txt there.");
    },
  );
  return undefined;
}
