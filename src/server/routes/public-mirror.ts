/**
 * The two paths of the public mirrors: what `index` and `download` in a client's `config.json` name.
 *
 *     /mooncakes-index        the index, over smart HTTP
 *     /mooncakes-download     archives, symbols, prebuilt programs
 */
import { Elysia } from "elysia";
import type { ServedRegistry } from "../../registry/mod.ts";
import { archiveRoutes } from "./archives.ts";
import { assetRoutes } from "./assets.ts";
import { gitRoutes } from "./git.ts";

const DOWNLOAD = "/mooncakes-download";

export function publicMirrorRoutes(served: ServedRegistry) {
  return new Elysia({ name: "public-mirror" })
    .use(gitRoutes(served.git, "/mooncakes-index"))
    .use(archiveRoutes(served, DOWNLOAD))
    .use(assetRoutes(served, DOWNLOAD));
}
