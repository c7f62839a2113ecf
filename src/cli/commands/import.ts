/** `import`: checks a bundle and takes it in. */
import { Failure } from "../../errors.ts";
import { command } from "../command.ts";
import { runOperation } from "../operation.ts";
import { contentsLines, importLine } from "../render/upkeep.ts";

export default command({
  operands: [
    { name: "FILE", help: "a bundle: a file, its parts, a directory, or -", required: true },
  ],
  options: {
    list: { type: "boolean", description: "show what is in it, and take nothing in" },
    anyway: {
      type: "boolean",
      description: "also if it was taken in before, or its registry was set back",
    },
    "require-signature": {
      type: "string",
      valueHint: "PUBKEY",
      description: "only if it is signed by this key: the line or its file",
    },
  },
  notes: [
    "Every byte is checked before anything changes. What was taken in before is not",
    "taken in again, and a bundle whose base is missing is refused.",
  ],
  example: "import packages.bundle",
  async run(context, args) {
    const { out } = context;
    const from = args._[0]!;
    if (from === "-" && process.stdin.isTTY) {
      throw new Failure("usage", "nobody types a bundle", "pipe one in, or name its file");
    }
    const { importBundle, listBundle, openRegistry } = await import("../../registry/mod.ts");
    if (args.list) {
      const head = await listBundle(from);
      const { id, manifest, signedBy } = head;
      if (out.json) out.document({ id, signedBy: signedBy ?? null, ...manifest });
      else for (const line of contentsLines(head)) out.data(line);
      return undefined;
    }
    const key = args["require-signature"];
    const options = {
      from,
      ...(args.anyway && { anyway: true }),
      ...(key !== undefined && { requireSignature: key }),
    };
    const registry = openRegistry(context.file());
    await runOperation(
      out,
      "run it again to take the bundle in",
      (signal, report) => importBundle(registry, { ...options, signal }, report),
      (summary) => out.data(importLine(summary)),
    );
    return undefined;
  },
});
