/** Whether a server has everything that was acknowledged. */
import type { Ledger, Publication } from "./ledger.ts";
import { archivePath, keyOf, sha256 } from "./trial.ts";

interface ModuleAnswer {
  readonly versions: readonly { readonly version: string; readonly yanked: boolean }[];
}

/**
 * Asks for each version, each archive and each yank.
 *
 * @returns what is not as it was acknowledged, in a line each
 */
export async function findLost(
  url: string,
  { publications, projects }: Pick<Ledger, "publications" | "projects">,
): Promise<string[]> {
  const lost: string[] = [];
  for (const [module, published] of Map.groupBy(publications, ({ module }) => module)) {
    const response = await fetch(`${url}/api/v0/modules/${module}`);
    const answer = response.ok ? ((await response.json()) as ModuleAnswer) : { versions: [] };
    const yanks = new Map(answer.versions.map(({ version, yanked }) => [version, yanked]));
    for (const each of published) {
      const problem = versionProblem(each, yanks) ?? (await archiveProblem(url, each));
      if (problem !== undefined) lost.push(`${keyOf(each)}: ${problem}`);
    }
  }
  for (const { organization, name, version, commit } of projects) {
    const path = `/v1/project/mql5/${organization}/${name}/${version}/resolve`;
    const text = await (await fetch(url + path)).text();
    if (!text.includes(commit)) lost.push(`${organization}/${name}@${version}: ${text}`);
  }
  return lost;
}

function versionProblem(
  { version, yanked }: Publication,
  yanks: ReadonlyMap<string, boolean>,
): string | undefined {
  const now = yanks.get(version);
  if (now === undefined) return "is not listed";
  if (yanked !== undefined && yanked !== now) return yanked ? "is not yanked" : "is yanked";
  return undefined;
}

async function archiveProblem(url: string, one: Publication): Promise<string | undefined> {
  const response = await fetch(url + archivePath(one));
  const bytes = await response.bytes();
  if (!response.ok) return `its archive is not to be had: ${response.status}`;
  return sha256(bytes) === one.checksum ? undefined : "its archive has other bytes";
}
