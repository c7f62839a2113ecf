/** What the registry has said that it has taken: none of that may ever be gone. */

export interface Publication {
  readonly module: string;
  readonly version: string;
  /** SHA-256 of the archive. */
  readonly checksum: string;
  /** Undefined while nobody knows: the request for it was cut off. */
  yanked: boolean | undefined;
}

export interface Project {
  readonly organization: string;
  readonly name: string;
  readonly version: string;
  readonly commit: string;
}

export interface Ledger {
  readonly publications: readonly Publication[];
  readonly projects: readonly Project[];
  /** Notes what is about to be sent: the registry may have it from now on. */
  attempt(module: string, version: string, checksum: string): void;
  /** Whether a version with this hash was ever sent. */
  wasAttempted(module: string, version: string, checksum: string): boolean;
  /** Notes what the registry has said that it has. */
  acknowledge(module: string, version: string, checksum: string): Publication;
  acknowledgeProject(project: Project): void;
}

export function createLedger(): Ledger {
  const publications: Publication[] = [];
  const projects: Project[] = [];
  const attempted = new Set<string>();
  const keyOf = (...parts: string[]) => parts.join(" ");
  return {
    publications,
    projects,
    attempt: (...parts) => void attempted.add(keyOf(...parts)),
    wasAttempted: (...parts) => attempted.has(keyOf(...parts)),
    acknowledge(module, version, checksum) {
      const publication: Publication = { module, version, checksum, yanked: false };
      publications.push(publication);
      return publication;
    },
    acknowledgeProject: (project) => void projects.push(project),
  };
}
