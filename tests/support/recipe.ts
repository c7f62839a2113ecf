/** The commands that a document tells its readers to type. */

/** A part of a document, by its `##` heading; the whole of it without one. */
export function section(document: string, heading?: string): string {
  if (heading === undefined) return document;
  return document.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
}

/** The words after `moonbit-registry` of each line of the `sh` blocks. */
export function recipe(text: string): string[][] {
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]!);
  return blocks
    .flatMap((block) => block.split("\n"))
    .filter((line) => line.startsWith("moonbit-registry "))
    .map((line) => line.replace(/\s+#.*$/, "").replace(/ && .*$/, ""))
    .map((line) =>
      [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((word) => word[1] ?? word[2]!).slice(1),
    );
}
