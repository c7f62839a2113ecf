/** `serve`: serves the registry over HTTP until it is told to stop. */
import { isUrl } from "../../config/mod.ts";
import { Failure } from "../../errors.ts";
import type { AccessLine } from "../../server/mod.ts";
import { command } from "../command.ts";
import { complaint } from "../complain.ts";
import { DONE } from "../exit.ts";
import { stopAsked } from "../interrupt.ts";
import { wholeNumber } from "../numbers.ts";
import { accessText } from "../render/access.ts";
import { createLineBuffer } from "../render/line-buffer.ts";
import { REGISTRY_VARIABLE } from "../update.ts";

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
    const registry = openRegistry(context.file());
    const lines = createLineBuffer((text) => process.stderr.write(text));
    process.once("exit", lines.flush);
    const stopped = stopAsked();
    const server = await startServer(registry, {
      ...options,
      ...(!out.quiet && {
        log: (line: AccessLine) => lines.add(out.json ? JSON.stringify(line) : accessText(line)),
      }),
      warn: (message) => out.log.warn(message),
      onBug(error) {
        const red = (text: string) => out.paint("red", text);
        process.stderr.write(complaint(error, { ...out, red }));
      },
    });
    if (out.json) {
      out.record({ type: "listening", url: server.url });
    } else {
      out.data(`Serving ${registry.config.registry.name} at ${server.url}`);
      out.log.info(`On a client:  ${REGISTRY_VARIABLE}=${server.url} moon update`);
      out.log.info("Ctrl-C stops.");
    }
    await stopped;
    out.log.info("Stopping.");
    await server.stop();
    return DONE;
  },
});

function checkedBaseUrl(url: string): string {
  const problem = isUrl(url);
  if (problem !== undefined) throw new Failure("usage", `--base-url ${problem}`);
  return url;
}
