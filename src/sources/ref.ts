/** Where a source's index is kept. */
export const sourceRef = (name: string): string => `refs/remotes/${name}/main`;
