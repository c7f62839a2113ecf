/** `serve`: serves the registry over HTTP until it is told to stop. */
import { isUrl } from "../../config/mod.ts";
import { Failure } from "../../errors.ts";
import type { AccessLine } from "../../server/mod.ts";
import { command } from "../command.ts";
import { DONE } from "../exit.ts";
import { stopAsked } from "../interrupt.ts";
import { toJournal } from "../journal.ts";
import { outliveReaders } from "../lost-output.ts";
import { REGISTRY_VARIABLE } from "../moon.ts";
import { wholeNumber } from "../numbers.ts";
import type { Output } from "../output.ts";
import { accessText } from "../render/access.ts";
import { advertisement } from "../render/advertise.ts";
import { createLineBuffer } from "../render/line-buffer.ts";
import { addressText } from "../render/status.ts";

export default command({
  options: {
    host: {
      type: "string",
      valueHint: "HOST",
      description: "address to listen on; 0.0.0.0 shares it",
    },
    port: { type: "string", alias: "p", valueHint: "PORT", description: "0 takes any free one" },
    "base-url": {
      type: "string",
      valueHint: "URL",
      description: "public URL, when behind a proxy",
    },
    "public-mirror": {
      type: "boolean",
      description: "also at /mooncakes-index and /mooncakes-download",
    },
    offline: { type: "boolean", description: "only what is stored; ask no source" },
    advertise: {
      type: "boolean",
      description: "print what colleagues type to install and use it",
    },
    "read-only": {
      type: "boolean",
      description: "write nothing, serve what is stored; so it is anyway on a read-only medium",
    },
  },
  notes: ["Defaults are the [server] settings. Ctrl-C ends it after the requests under way."],
  example: "serve --host 0.0.0.0 -p 8080",
  async run(context, args) {
    const { out } = context;
    const { host, port, "base-url": baseUrl } = args;
    const options = {
      ...(host !== undefined && { host }),
      ...(port !== undefined && { port: wholeNumber(port, "--port", 0, 65_535) }),
      ...(baseUrl !== undefined && { baseUrl: checkedBaseUrl(baseUrl) }),
      ...(args.offline && { offline: true }),
      ...(args["public-mirror"] && { publicMirror: true }),
    };
    const { openRegistry } = await import("../../registry/mod.ts");
    const { startServer } = await import("../../server/mod.ts");
    outliveReaders();
    const lines = createLineBuffer((text) => process.stderr.write(text));
    process.once("exit", lines.flush);
    const registry = openRegistry(context.file(), { readOnly: args["read-only"] === true });
    const stopped = stopAsked();
    const server = await startServer(registry, {
      ...options,
      ...(!out.quiet && {
        log: (line: AccessLine) =>
          lines.add(out.json ? JSON.stringify(line) : accessText(line, !toJournal())),
      }),
      warn: (message) => out.log.warn(message),
      onBug: out.complain,
    });
    if (out.json) {
      const { url, listening, others } = server;
      out.record({ type: "listening", url, listening, ...(args.advertise && { others }) });
    } else {
      const where = addressText(server.url, server.listening);
      out.data(`Serving ${registry.config.registry.name} at ${where}`);
      if (registry.readOnly) out.log.info("Read-only: serves what is stored, and writes nothing.");
      out.log.info(`On a client:  ${REGISTRY_VARIABLE}=${server.url} moon update`);
      if (!toJournal()) out.log.info("Ctrl-C stops.");
      if (args.advertise) advertise(out, server.others);
    }
    await stopped;
    out.log.info("Stopping.");
    await server.stop();
    return DONE;
  },
});

function advertise(out: Output, others: readonly string[]): void {
  if (others.length > 0) out.data(`\n${advertisement(others)}`);
  else out.log.info("Only this machine reaches it; share it with --host 0.0.0.0.");
}

function checkedBaseUrl(url: string): string {
  const problem = isUrl(url);
  if (problem !== undefined) throw new Failure("usage", `--base-url ${problem}`);
  return url;
}
