/** `setup-client`: points `moon` on this machine at a registry, and back. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Failure } from "../../errors.ts";
import { shellWord } from "../../shell-word.ts";
import { command } from "../command.ts";
import { REGISTRY_VARIABLE, WITH_TOKEN } from "../moon.ts";
import type { Output } from "../output.ts";
import { isPrivate, registryAddress } from "../registry-address.ts";
import { clientLines, LINE_KINDS } from "../render/client-lines.ts";

export default command({
  operands: [{ name: "URL", help: "the registry; default: where `serve` serves" }],
  options: {
    print: {
      type: "enum",
      options: [...LINE_KINDS, "config"],
      valueHint: "KIND",
      description: `write nothing, print: ${LINE_KINDS.join(", ")} or config`,
    },
    split: {
      type: "boolean",
      description: "the newer form: download, index and api apart",
    },
    "keep-api": {
      type: "boolean",
      description: "search and publishing stay where they are; implies --split",
    },
    undo: { type: "boolean", description: "put back what was there before" },
    "moon-home": {
      type: "string",
      valueHint: "DIR",
      description: "default: $MOON_HOME, else ~/.moon",
    },
  },
  notes: [
    "Writes config.json there and keeps what else is in it. For `moon` that file",
    `counts before ${REGISTRY_VARIABLE}. What --split writes is for a \`moon\` of`,
    "September 2026 or later; an older one stops at it.",
  ],
  example: "setup-client http://registry.example:8080",
  async run(context, args) {
    const { out } = context;
    const moonHome = resolve(
      args["moon-home"] ?? (process.env.MOON_HOME || join(homedir(), ".moon")),
    );
    const keepApi = args["keep-api"] === true;
    const form = keepApi || args.split ? "split" : "one";
    if (args.undo) {
      if (args._.length > 0 || args.print !== undefined || form === "split") {
        throw new Failure("usage", "--undo stands alone", "it puts back what was there before");
      }
      return await undo(out, moonHome);
    }
    const url = registryAddress(context, args._[0], {
      name: "URL",
      example: "setup-client http://HOST:PORT",
    });
    const operations = await import("../../registry/mod.ts");
    const setup = { moonHome, url, form, keepApi } as const;
    if (args.print === undefined) {
      const done = await operations.setUpClient(setup);
      if (out.json) return void out.document(done);
      out.data(`${done.file} points at ${url}`);
      out.log.info("Next:  moon update");
      const home = args["moon-home"] === undefined ? "" : ` --moon-home ${shellWord(moonHome)}`;
      out.log.info(`Back:  moonbit-registry setup-client --undo${home}`);
      if (isPrivate(context, url)) {
        out.log.warn(
          `that registry is private, and config.json has no token: undo it, and set ${WITH_TOKEN}`,
        );
      }
      return;
    }
    if (args.print === "config") {
      return void out.document((await operations.planClient(setup)).settings);
    }
    if (form === "split") {
      const hint = "use --print config, or leave --print out";
      throw new Failure("usage", `${REGISTRY_VARIABLE} sets download, index and api at once`, hint);
    }
    const kind = LINE_KINDS.find((each) => each === args.print)!;
    if (out.json) out.document({ [REGISTRY_VARIABLE]: url });
    else out.data(clientLines(kind, url));
    if (isPrivate(context, url)) {
      out.log.warn(`that registry is private: add a token, as in ${WITH_TOKEN}`);
    }
    if (operations.hasClientConfig(moonHome)) {
      out.log.warn(`${join(moonHome, "config.json")} is there, and counts before the variable`);
    }
  },
});

async function undo(out: Output, moonHome: string): Promise<undefined> {
  const { undoClient } = await import("../../registry/mod.ts");
  const done = await undoClient(moonHome);
  if (out.json) return void out.document(done);
  out.data(done.removed ? `Removed ${done.file}` : `${done.file} is as it was`);
}
