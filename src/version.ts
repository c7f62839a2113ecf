import { version } from "../package.json" with { type: "json" };

/** This program's version. */
export const VERSION: string = version;

/** Who makes the commits that this program makes. */
export const AUTHOR = "moonbit-registry <moonbit-registry@localhost>";
