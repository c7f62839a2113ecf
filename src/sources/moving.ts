/** Runs what moves a ref: for who lets others move theirs while a refresh waits for the network. */
export type Moving = <T>(work: () => Promise<T>) => Promise<T>;

/** For who is alone. */
export const unguarded: Moving = (work) => work();
