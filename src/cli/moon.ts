/** How `moon` finds its registry, and gets into a private one. */

/** The variable by which it does. */
export const REGISTRY_VARIABLE = "MOONCAKES_REGISTRY";

/** How it is given a token. */
export const WITH_TOKEN = `${REGISTRY_VARIABLE}=https://x:TOKEN@…, see docs/private.md`;
