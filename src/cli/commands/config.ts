/** `config`: shows or changes settings. */
import { getSetting, listSettings, loadConfig, setSetting, settingLine } from "../../config/mod.ts";
import { command } from "../command.ts";
import type { Context } from "../context.ts";
import { recomputeServed } from "../recompute.ts";

export default command({
  operands: [
    { name: "KEY", help: "such as server.port or sources.mooncakes.priority" },
    { name: "VALUE", help: "the new value; comments in the file stay" },
  ],
  options: {},
  notes: ['Arrays are written "a/*,b/c"; with no KEY, all settings are shown.'],
  example: "config server.port 9000",
  async run(context, args) {
    const { out } = context;
    const [key, value] = args._;
    const file = context.file();
    if (key === undefined) {
      showAll(context, file);
      return await tellIfKeptPrivate(context, file);
    }
    if (value === undefined) {
      const found = getSetting(file, key).value;
      if (out.json) out.document(found ?? null);
      else if (found !== undefined) out.data(plain(found));
      if (key === WHO_READS) await tellIfKeptPrivate(context, file);
      return undefined;
    }
    setSetting(file, key, value);
    if (/^(?:sources|policy)\./.test(key)) await recomputeServed(context, file);
    const setting = getSetting(file, key);
    if (out.json) out.document({ [key]: setting.value });
    else {
      out.data(settingLine(setting));
      if (AT_START.has(key)) out.log.info("A running `serve` has to be started anew for it.");
    }
    return undefined;
  },
});

/** What a server takes when it starts; it follows all the others. */
const AT_START: ReadonlySet<string> = new Set([
  "registry.data_dir",
  "server.host",
  "server.port",
  "server.dist_dir",
  "server.upstream_fallback",
]);

const WHO_READS = "server.require_read_token";

/** A line that was deleted opens no server: what the file comes to is not what happens. */
async function tellIfKeptPrivate({ out }: Context, file: string): Promise<undefined> {
  const { isKeptPrivate } = await import("../../registry/mod.ts");
  if (!isKeptPrivate(loadConfig(file))) return;
  out.log.warn(
    `reading goes on to take a token, as ${WHO_READS} was true before; set it to false to open it`,
  );
}

function showAll({ out }: Context, file: string): void {
  const settings = listSettings(file);
  if (out.json) {
    out.document(Object.fromEntries(settings.map(({ key, value }) => [key, value ?? null])));
    return;
  }
  for (const setting of settings) {
    const line = settingLine(setting);
    out.data(setting.isDefault ? out.paintData("dim", `${line.padEnd(44)} # default`) : line);
  }
}

/** For scripts: text without quotes, one pattern a line. */
function plain(value: string | number | boolean | readonly string[]): string {
  return typeof value === "object" ? value.join("\n") : String(value);
}
