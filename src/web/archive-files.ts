/** The files of archives that pages show, and the READMEs among them. */
import type { Entry } from "../index/mod.ts";
import { createKept } from "../kept.ts";
import type { ModuleZip, ZippedFile } from "../packaging/mod.ts";
import type { ServedRegistry } from "../registry/mod.ts";
import type { Html } from "./html.ts";
import { at, type Site, versionPage } from "./site.ts";
import { beginningOf, type FileContent, fileContent } from "./source.ts";

export interface ArchiveFiles {
  /**
   * A version's files; undefined when its archive is not here.
   *
   * @param fetch get it if need be
   * @throws {Failure} when it may not be had, or is no archive that can be read
   */
  open(entry: Entry, fetch: boolean): Promise<ModuleZip | undefined>;
  /**
   * Its README as markup, as much of it as a page shows; undefined when it has none.
   *
   * @throws {Failure} "invalid" when it cannot be unpacked
   */
  readme(
    site: Site,
    entry: Entry,
    zip: ModuleZip,
    named: string | undefined,
  ): Promise<Html | undefined>;
  /** One of its files as its page shows it. @throws {Failure} "invalid" when it cannot be unpacked */
  content(entry: Entry, zip: ModuleZip, file: ZippedFile): Promise<FileContent>;
}

/** Opened archives that are kept, the last used. */
const MOST_OPEN = 32;
/** Bytes of rendered READMEs that are kept, and as many of coloured sources: making them takes long. */
const MOST_RENDERED = 16 * 1024 * 1024;

export function archiveFiles(served: Pick<ServedRegistry, "archive" | "browse">): ArchiveFiles {
  const opened = createKept<ModuleZip>(MOST_OPEN, () => 1);
  const readmes = createKept<Html | undefined>(MOST_RENDERED, bytesOf);
  const contents = createKept<FileContent>(MOST_RENDERED, (content) =>
    content.kind === "text" ? bytesOf(content.code) : OVERHEAD,
  );
  return {
    async open(entry, fetch) {
      if (!fetch && served.browse.size(entry.checksum) === undefined) return undefined;
      // Asked for each time: a policy may have come to hold it back.
      const { body } = await served.archive(entry.module, entry.version, true);
      if (!(body instanceof Blob)) return undefined;
      return await opened(entry.checksum, async () => {
        const { openZip } = await import("../packaging/mod.ts");
        return await openZip(body);
      });
    },
    async readme(site, entry, zip, named) {
      const file = readmeOf(zip, named);
      if (!file) return undefined;
      const { module, version, checksum } = entry;
      // Its links are paths of this site: whatever host it was asked by, they are the same.
      return await readmes(`${at(site, "/")} ${module}@${version} ${checksum}`, async () => {
        const { MAX_README, plainReadme, renderReadme } = await import("./readme/render.ts");
        const { text } = await beginningOf(zip, file, MAX_README);
        if (text.trim() === "") return undefined;
        if (!/\.(?:md|markdown|mbt\.md)$/i.test(file.path)) return plainReadme(text);
        return renderReadme(text, {
          path: file.path,
          fileUrl: (target) => versionPage(site, module, version, "files", target),
          rawUrl: (target) => versionPage(site, module, version, "raw", target),
        });
      });
    },
    content: ({ checksum }, zip, file) =>
      contents(`${checksum} ${file.path}`, () => fileContent(zip, file)),
  };
}

/** Of what is kept beside its text. */
const OVERHEAD = 500;

/** A character may take two. */
function bytesOf({ text }: Html): number {
  return 2 * text.length + OVERHEAD;
}

/** The file that the manifest names, or one that is called so. */
function readmeOf({ files }: ModuleZip, named: string | undefined): ZippedFile | undefined {
  const wanted = named?.replace(/^\.\//, "");
  return (
    files.find(({ path }) => path === wanted) ??
    files.find(({ path }) => /^readme(?:\.mbt)?(?:\.md|\.markdown|\.txt)?$/i.test(path))
  );
}
