/** The files of archives that pages show, and the READMEs among them. */
import type { Entry } from "../index/mod.ts";
import { createLru } from "../lru.ts";
import type { ModuleZip } from "../packaging/mod.ts";
import type { ServedRegistry } from "../registry/mod.ts";
import type { Html } from "./html.ts";
import { type Site, versionPage } from "./site.ts";

export interface ArchiveFiles {
  /**
   * A version's files; undefined when its archive is not here.
   *
   * @param fetch get it if need be
   * @throws {Failure} when it may not be had, or is no archive that can be read
   */
  open(entry: Entry, fetch: boolean): Promise<ModuleZip | undefined>;
  /** Its README as markup; undefined when it has none. */
  readme(
    site: Site,
    entry: Entry,
    zip: ModuleZip,
    named: string | undefined,
  ): Promise<Html | undefined>;
}

/** Opened archives and rendered READMEs that are kept, the last used. */
const MOST_OPEN = 32;
const MOST_RENDERED = 64;
/** Bytes; what is longer is no README. */
const MAX_BYTES = 4 * 1024 * 1024;

export function archiveFiles(served: ServedRegistry): ArchiveFiles {
  const opened = createLru<string, ModuleZip>(MOST_OPEN, () => 1);
  const rendered = createLru<string, Html>(MOST_RENDERED, () => 1);
  return {
    async open(entry, fetch) {
      if (!fetch && served.browse.size(entry.checksum) === undefined) return undefined;
      // Asked for each time: a policy may have come to hold it back.
      const { body } = await served.archive(entry.module, entry.version, true);
      if (!(body instanceof Blob)) return undefined;
      const known = opened.get(entry.checksum);
      if (known) return known;
      const { openZip } = await import("../packaging/mod.ts");
      return opened.set(entry.checksum, await openZip(body));
    },
    async readme(site, entry, zip, named) {
      const path = readmePath(zip, named);
      if (path === undefined) return undefined;
      const key = `${site.url} ${entry.module} ${entry.checksum}`;
      const known = rendered.get(key);
      if (known) return known;
      const source = (await zip.read(path, MAX_BYTES))?.toString("utf8") ?? "";
      if (source.trim() === "") return undefined;
      const { plainReadme, renderReadme } = await import("./readme/render.ts");
      const { module, version } = entry;
      const isMarkdown = /\.(?:md|markdown|mbt\.md)$/i.test(path);
      const place = {
        path,
        fileUrl: (target: string) => versionPage(site, module, version, "files", target),
        rawUrl: (target: string) => versionPage(site, module, version, "raw", target),
      };
      return rendered.set(key, isMarkdown ? renderReadme(source, place) : plainReadme(source));
    },
  };
}

/** The file that the manifest names, or one that is called so. */
function readmePath({ files }: ModuleZip, named: string | undefined): string | undefined {
  const wanted = named?.replace(/^\.\//, "");
  if (files.some(({ path }) => path === wanted)) return wanted;
  return files.find(({ path }) => /^readme(?:\.mbt)?(?:\.md|\.markdown|\.txt)?$/i.test(path))?.path;
}
