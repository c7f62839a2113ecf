/** `key generate`: makes a pair of keys that sign bundles. */

import { shellWord } from "../../shell-word.ts";
import { command } from "../command.ts";

export default command({
  operands: [
    { name: "FILE", help: "where the private key goes; FILE.pub is public", required: true },
  ],
  options: {},
  notes: ["Keep FILE to yourself; give FILE.pub, one line, to whoever imports."],
  example: "key generate release.key",
  async run({ out }, args) {
    const { makeKey } = await import("../../registry/mod.ts");
    const { publicKey, files } = await makeKey(args._[0]!);
    if (out.json) out.document({ publicKey, files });
    else {
      out.data(publicKey);
      out.log.info(
        `Sign with \`export --sign ${shellWord(files[0]!)}\`; give ${files[1]} to others.`,
      );
    }
    return undefined;
  },
});
